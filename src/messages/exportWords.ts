import { env, l10n } from 'vscode';

/**
 * Returns a sentence with the number of lone surrogates that were written to a file as U+FFFD; an empty list if there
 * were none.
 */
export function replacedWords(loneSurrogates: number): string[] {
  if (loneSurrogates === 0) return [];
  return loneSurrogates === 1
    ? [l10n.t('1 half of a character was written as U+FFFD.')]
    : [l10n.t('{0} halves of characters were written as U+FFFD.', loneSurrogates.toLocaleString(env.language))];
}
