const SIGNS = /[\\^$.*+?()[\]{}|/]/u;
/** Maximum length of a row of `s` that is folded at once. Longer rows are taken in pairs: no word has them. */
const MAX_ROW = 6;

/**
 * Returns the source of a regular expression that finds a text whatever its case, with the flags `i` and `u`. These
 * alone fold letter by letter and know nothing of two cases:
 *
 * - Turkish has two letters i. `istanbul` is `İSTANBUL` there, `ısparta` is `ISPARTA`, and a device's name may have been
 *   changed by a rule that is not Turkish: all four, and a dot that was set apart (U+0307), are taken for one.
 * - German `ß` becomes `SS` in capitals: `strasse` and `straße` are one.
 *
 * The text that is searched is never changed, so that places in it stay right.
 *
 * @param text - as a person typed it: no regular expression
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
