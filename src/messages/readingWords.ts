import { l10n } from 'vscode';

/**
 * Returns a sentence about why a text is empty.
 *
 * @param reason - code from `explainEmptiness`, or `emptyView`
 * @param stream - stream of the text
 * @param errorLines - number of lines in the other text of the result, its errors
 */
export function emptinessSentence(reason: string, stream: string, errorLines: number): string {
  const sentence = SENTENCES[reason]?.(stream) ?? '';
  if (errorLines === 0 || !TEXTS.has(reason)) return sentence;
  const errors =
    errorLines === 1 ? l10n.t('There is 1 line of errors.') : l10n.t('There are {0} lines of errors.', errorLines);
  return `${sentence} ${errors}`;
}

/** Reasons which mean that the script ran. The script's errors can then explain more. */
const TEXTS: ReadonlySet<string> = new Set(['none', 'emptyView', 'nulsOnly', 'transcriptLineOnly']);

const SENTENCES: Readonly<Record<string, (stream: string) => string>> = {
  putFile: () => l10n.t('A PutFile command has no result by design: it only brings a file to the device.'),
  file: () => l10n.t('A GetFile command leaves a file. It is saved, and never shown as text.'),
  notYet: () => l10n.t('The command has not ended yet, so there is no result.'),
  neverRan: () => l10n.t('The session ended before this command ran, so there will be no result.'),
  notFetched: () =>
    l10n.t('The result was not fetched yet. If the device never uploaded one, fetching it says so; it takes one call.'),
  notAResult: () => l10n.t('What the service stored is no result of a script, so it has no output.'),
  none: (stream) =>
    stream === 'errors'
      ? l10n.t('No errors: the script wrote nothing to the error stream.')
      : l10n.t('No output: the script wrote nothing to the output stream.'),
  emptyView: () => l10n.t('This view of the text is empty. Show it as received to see all of it.'),
  nulsOnly: () => l10n.t('The script wrote nothing that can be seen: this text consists of NULs only.'),
  transcriptLineOnly: () =>
    l10n.t('The script wrote nothing: the one line is written by the service’s own runner, not by the script.'),
  notEmpty: () => l10n.t('This text is not empty.'),
};
