const SIGNS = /[\\^$.*+?()[\]{}|/]/u;
/**
 * Maximum length of a run of the letter `s` that is folded as a unit. Longer runs are folded in pairs, because no word
 * contains them.
 */
const MAX_ROW = 6;

/**
 * Returns the source of a regular expression with the flags `i` and `u`. It finds a text in upper and lower case. The
 * flags alone compare letter by letter, and miss two cases:
 *
 * - Turkish has two letters i. The capital form of `istanbul` is `İSTANBUL`, and that of `ısparta` is `ISPARTA`. A
 *   program may have converted a device's name by the rules of another language. So all four letters, and a separate
 *   dot (U+0307), count as equal.
 * - German `ß` becomes `SS` in capitals: `strasse` and `straße` count as equal.
 *
 * The searched text is never changed, so that places in it stay right.
 *
 * @param text - the text that a person typed, not a regular expression
 */
export function foldCase(text: string): string {
  let source = '';
  let row = 0;
  const endRow = (): void => {
    for (; row > MAX_ROW; row -= 2) source += rowOfS(2);
    if (row > 0) source += rowOfS(row);
    row = 0;
  };
  for (const letter of text) {
    if (letter === 's' || letter === 'S') row++;
    else if (letter === 'ß' || letter === 'ẞ') row += 2;
    else {
      endRow();
      if ('iIıİ'.includes(letter)) source += '[iıİ]\\u0307?';
      // The pattern of a letter i already includes this dot.
      else if (letter !== '\u0307' || !source.endsWith('\\u0307?'))
        source += SIGNS.test(letter) ? `\\${letter}` : letter;
    }
  }
  endRow();
  return source;
}

/** Returns a pattern of {@link foldCase}. It tests whether a short text contains the text that a person typed. */
export function foldedPattern(text: string): RegExp {
  return new RegExp(foldCase(text), 'iu');
}

/** Returns the pattern of a run of the letter `s`. Any two of them may be written as `ß`. */
function rowOfS(length: number): string {
  return length === 1 ? 's' : `(?:${rowsOfS(length).join('|')})`;
}

function rowsOfS(length: number): string[] {
  if (length < 2) return ['s'.repeat(length)];
  return [...rowsOfS(length - 1).map((rest) => `s${rest}`), ...rowsOfS(length - 2).map((rest) => `ß${rest}`)];
}
