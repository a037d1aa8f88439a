import { l10n, window } from 'vscode';
import type { Log } from './log.ts';

/** Says, once a session, that results will not outlive it. */
export function tellMemoryOnly(log: Log): void {
  const showLog = l10n.t('Show Log');
  void window
    .showWarningMessage(
      l10n.t('Results cannot be stored on this machine: what you fetch is kept until this window closes.'),
      showLog,
    )
    .then((answer) => {
      if (answer === showLog) log.show();
    });
}
