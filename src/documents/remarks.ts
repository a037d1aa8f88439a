import { l10n } from 'vscode';
import { exitMeaning } from '../messages/exitWords.ts';
import type { DecodeChange } from '../evidence/decode/transcript.ts';
import type { StoredFacts, StreamFacts } from '../model/storedResult.ts';

/** Number of columns of a line that VS Code draws. It does not draw further columns. */
const LAST_COLUMN = 10_000;

/**
 * Returns one sentence for each fact that a reader must know about the result, above all how the text differs from the
 * stored bytes.
 */
export function remarksOn(facts: StoredFacts): string[] {
  const meaning = exitMeaning(facts);
  return [
    ...(meaning === undefined ? [] : [meaning]),
    ...(facts.lengthUnknown === undefined ? [] : [lengthRemark()]),
    ...facts.mismatches.map((mismatch) =>
      mismatch.kind === 'scriptName'
        ? l10n.t('The result names the script {0}, but {1} was run.', mismatch.found, mismatch.asked)
        : l10n.t('The file is named {0}, but {1} was asked for.', mismatch.found, mismatch.asked),
    ),
    ...facts.changes.flatMap((change) => changeRemark(change)),
    ...streamRemarks(l10n.t('Output'), facts.transcript?.output),
    ...streamRemarks(l10n.t('Errors'), facts.transcript?.errors),
  ];
}

/** Returns the remark about a file for which no header stated a size. */
export function lengthRemark(): string {
  return l10n.t(
    'The length of the file is unknown: the host did not state it. It came twice, alike, but may still be cut off.',
  );
}

function changeRemark(change: DecodeChange): string[] {
  const { keysCut = 0 } = change;
  const shown = (change.keys ?? []).join(', ');
  const keys = keysCut === 0 ? shown : l10n.t('{0}; {1} more are left out or shortened', shown, keysCut);
  switch (change.kind) {
    case 'gunzipped':
      return [l10n.t('The stored file is gzip; its content is shown.')];
    case 'byteOrderMark':
      return [];
    case 'invalidBytes':
      return [l10n.t('{0} places were no valid text and are shown as U+FFFD.', change.count)];
    case 'controlCharactersEscaped':
      return [
        l10n.t('{0} raw control characters stand in the JSON: strict JSON readers refuse this file.', change.count),
      ];
    case 'trailingPadding':
      return [
        l10n.t(
          'Behind the result stand {0} characters of filler (NULs, end marks or white space); they are not shown.',
          change.count,
        ),
      ];
    case 'trailingText':
      return [
        l10n.t(
          'Behind the result the file goes on: {0} more characters are not shown. Save the raw file to read them.',
          change.count,
        ),
      ];
    case 'duplicateKey':
      return [
        l10n.t(
          'Keys stand more than once in the file ({0}): the last of each is shown, {1} are not. Other readers may show another.',
          keys,
          change.count,
        ),
      ];
    case 'oldKey':
      return [l10n.t('Older names of keys were read ({0}).', keys)];
    case 'unknownKey':
      return [l10n.t('The file holds keys that are not shown ({0}).', keys)];
    case 'missingKey':
      return [l10n.t('The file lacks {0}.', keys)];
    case 'exitCodeNotANumber':
      return [l10n.t('The exit code is not a whole number.')];
    case 'factsCut':
      return [
        l10n.t(
          '{0} names, comments, parameters or errors were too long or too many, and are kept shortened. The output is whole.',
          change.count,
        ),
      ];
  }
}

function streamRemarks(title: string, text: StreamFacts | undefined): string[] {
  if (text === undefined) return [];
  const { crlf, lf, cr } = text.lineEnds;
  const kinds = [crlf, lf, cr].filter((count) => count > 0).length;
  return [
    ...nulRemarks(title, text),
    ...(kinds > 1
      ? [
          l10n.t(
            '{0}: line ends are mixed ({1} CRLF, {2} LF, {3} CR); the editor shows them alike.',
            title,
            crlf,
            lf,
            cr,
          ),
        ]
      : []),
    ...(text.loneSurrogates > 0
      ? [l10n.t('{0}: {1} halves of characters are shown as U+FFFD.', title, text.loneSurrogates)]
      : []),
    ...(text.longestLine > LAST_COLUMN
      ? [l10n.t('{0}: a line has {1} columns; the editor draws the first 10,000.', title, text.longestLine)]
      : []),
  ];
}

function nulRemarks(title: string, { nuls, trailingNuls }: StreamFacts): string[] {
  if (nuls === 0) return [];
  // The runner ends every output with a NUL. It is dimmed, and says nothing about the script.
  if (nuls === 1 && trailingNuls === 1) return [];
  if (nuls > 1) return [l10n.t('{0}: {1} NULs are shown as ␀, {2} of them at the end.', title, nuls, trailingNuls)];
  return [l10n.t('{0}: 1 NUL is shown as ␀.', title)];
}
