import { l10n } from 'vscode';
import { oneLine } from '../platform/remoteText.ts';

/** Returns a sentence for each error that the device reported. The device's text is put on one line. */
export function deviceWords(errors: readonly string[]): string[] {
  return errors.map((error) => l10n.t('The device said: {0}.', oneLine(error)));
}
