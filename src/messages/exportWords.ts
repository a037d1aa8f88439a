import { env, l10n } from 'vscode';

/** Says that a file has U+FFFD where a text has half a character: a sentence, or none where nothing was replaced. */
export function replacedWords(loneSurrogates: number): string[] {
  if (loneSurrogates === 0) return [];
  return loneSurrogates === 1
    ? [l10n.t('1 half of a character was written as U+FFFD.')]
    : [l10n.t('{0} halves of characters were written as U+FFFD.', loneSurrogates.toLocaleString(env.language))];
}
