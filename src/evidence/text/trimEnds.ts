/** All that `\s` stands for in a pattern, and `trim` takes away. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/**
 * Takes these characters away from the end of a text. A pattern such as `\s+$` begins anew at each place of a run that
 * does not stand at the end, and takes the square of its length.
 *
 * @param units - each a character of one UTF-16 unit
 */
export function withoutEnd(text: string, units: string): string {
  let end = text.length;
  while (end > 0 && units.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Takes these characters away from the beginning of a text. */
export function withoutStart(text: string, units: string): string {
  let start = 0;
  while (start < text.length && units.includes(text.charAt(start))) start++;
  return text.slice(start);
}
