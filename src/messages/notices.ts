import { commands, l10n } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import type { Log } from '../platform/log.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedPolicy } from './policy/policyWords.ts';
import { describeFailure } from './failureMessages.ts';
import { describeStorageTrouble } from './storageWords.ts';
import type { StorageTrouble } from './storageWords.ts';
import { notify } from '../platform/show/notifications.ts';

/** Warns that the managed settings are refused. Called once, when they have been read. */
export function tellPolicy(policy: Policy, log: Log): void {
  const { path, state, problems } = policy.source;
  if (state === 'none') return;
  log.info(`managed settings: ${path}: ${state}${problems.map(({ kind, name }) => `; ${kind} ${name}`).join('')}`);
  const warning = refusedPolicy(policy);
  if (warning === undefined) return;
  const show = l10n.t('Show Managed Settings');
  void notify('warning', warning, show).then((answer) => {
    if (answer === show) void commands.executeCommand(commandIds.showManagedSettings);
  });
}

/** Warns that sign-ins are lost when this window closes. Must be called at most once a session. */
export function tellSecretsInMemory(log: Log): void {
  const showLog = l10n.t('Show Log');
  void notify(
    'warning',
    l10n.t(
      'VS Code’s secret storage does not work on this machine, most often for want of a key ring: you stay signed in until this window closes.',
    ),
    showLog,
  ).then((answer) => {
    if (answer === showLog) log.show();
  });
}

/** Warns about what is lost when this window closes. Must be called at most once a session. */
export function tellMemoryOnly(log: Log, cause: 'noFolder' | 'noDatabase'): void {
  const showLog = l10n.t('Show Log');
  void notify(
    'warning',
    cause === 'noFolder'
      ? l10n.t('Results cannot be stored on this machine: what you fetch is kept until this window closes.')
      : l10n.t(
          'The file of connections cannot be opened. What you add or change is kept until this window closes, unless the file can be opened before.',
        ),
    showLog,
  ).then((answer) => {
    if (answer === showLog) log.show();
  });
}

/** Logs and shows what happened to the stored results, and what the user can do about it. */
export function tellStorageTrouble(trouble: StorageTrouble, log: Log): void {
  log.info(`${trouble.of ?? 'stored results'}: ${trouble.kind}: ${trouble.reason}`);
  const showLog = l10n.t('Show Log');
  void notify('warning', describeStorageTrouble(trouble), showLog).then((answer) => {
    if (answer === showLog) log.show();
  });
}

/** Logs that a step was not recorded, and tells the user, who may rely on the record. */
export function tellRecordFailure(error: unknown, log: Log): void {
  log.failure('Record', error);
  const showLog = l10n.t('Show Log');
  void notify(
    'warning',
    l10n.t(
      'A step was not recorded. {0} The next step is recorded again if it can be.',
      describeFailure(error).sentence,
    ),
    showLog,
  ).then((answer) => {
    if (answer === showLog) log.show();
  });
}
