import { env, l10n } from 'vscode';

/**
 * Returns a sentence that counts the half characters written to a file as U+FFFD; an empty list where there are none.
 */
export function replacedWords(loneSurrogates: number): string[] {
  if (loneSurrogates === 0) return [];
  return loneSurrogates === 1
    ? [l10n.t('1 half of a character was written as U+FFFD.')]
    : [l10n.t('{0} halves of characters were written as U+FFFD.', loneSurrogates.toLocaleString(env.language))];
}
