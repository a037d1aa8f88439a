const SIGNS = /[\\^$.*+?()[\]{}|/]/u;
/** Maximum length of a row of `s` that is folded at once. Longer rows are taken in pairs: no word has them. */
const MAX_ROW = 6;

/**
 * Returns the source of a regular expression that finds a text in any case, with the flags `i` and `u`. The flags alone
 * fold letter by letter, and miss two cases:
 *
 * - Turkish has two letters i. `istanbul` is `İSTANBUL` there, and `ısparta` is `ISPARTA`. A device's name may have been
 *   changed by a rule that is not Turkish. So all four letters, and a separate dot (U+0307), count as one.
 * - German `ß` becomes `SS` in capitals: `strasse` and `straße` count as one.
 *
 * The searched text is never changed, so that places in it stay right.
 *
 * @param text - as a person typed it, not a regular expression
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
      // The dot belongs to the i before it.
      else if (letter !== '\u0307' || !source.endsWith('\\u0307?'))
        source += SIGNS.test(letter) ? `\\${letter}` : letter;
    }
  }
  endRow();
  return source;
}

/** Returns a pattern of {@link foldCase}, which tests whether a short text holds what a person typed. */
export function foldedPattern(text: string): RegExp {
  return new RegExp(foldCase(text), 'iu');
}

/** Returns the pattern of a row of `s`, any two of which may be written `ß`. */
function rowOfS(length: number): string {
  return length === 1 ? 's' : `(?:${rowsOfS(length).join('|')})`;
}

function rowsOfS(length: number): string[] {
  if (length < 2) return ['s'.repeat(length)];
  return [...rowsOfS(length - 1).map((rest) => `s${rest}`), ...rowsOfS(length - 2).map((rest) => `ß${rest}`)];
}
