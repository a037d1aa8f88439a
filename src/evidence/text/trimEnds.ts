/** The characters that `\s` matches in a pattern, and that `trim` removes. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/**
 * Removes the given characters from the end of a text. A pattern such as `\s+$` is not used. It starts again at each
 * place of a run that is not at the end, so its time is quadratic in the length of the run.
 *
 * @param units - the characters, each a single UTF-16 unit
 */
export function withoutEnd(text: string, units: string): string {
  let end = text.length;
  while (end > 0 && units.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Removes the given characters from the beginning of a text. */
export function withoutStart(text: string, units: string): string {
  let start = 0;
  while (start < text.length && units.includes(text.charAt(start))) start++;
  return text.slice(start);
}
