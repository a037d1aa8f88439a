import { homedir } from 'node:os';
import { l10n, Uri, window } from 'vscode';
import type { Services } from '../../../services/services.ts';
import type { WizardOptions } from './runConnectionWizard.ts';
import { notify } from '../../../platform/show/notifications.ts';

/** Returns the facts about this window that the wizard needs. */
export function wizardOptions(services: Pick<Services, 'canLoopback' | 'connections' | 'policy'>): WizardOptions {
  return {
    names: services.connections.all.map(({ name }) => name),
    canLoopback: services.canLoopback,
    pickFile: pickCertificate,
    isOffered: (choice) => services.policy.offers(choice),
  };
}

async function pickCertificate(): Promise<string | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('Certificate and Private Key'),
      // The dialog starts in a folder of this machine. In a remote window it would otherwise show files of the remote
      // machine.
      defaultUri: Uri.file(homedir()),
      filters: { [l10n.t('PEM files')]: ['pem', 'crt', 'cer', 'key'], [l10n.t('All files')]: ['*'] },
    })) ?? [];
  if (file === undefined || file.scheme === 'file') return file?.fsPath;
  void notify('error', l10n.t('The certificate must be a file of the machine that signs in.'));
  return undefined;
}
