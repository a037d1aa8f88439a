/** Matches the place after two letters of UTF-16LE up to U+08FF, if each of their bytes became a character. */
const BEHIND_LETTERS = '(?<=[^\\0][\\0-\\x08][^\\0][\\0-\\x08])';
/** Line ends in which the CR and the LF, each with its NUL, both became CRLF. */
const BOTH_AS_CRLF = new RegExp(`${BEHIND_LETTERS}(?:\\r\\n\\0\\r\\n\\0)*\\r\\n\\0\\r\\n(?:\\0|$)`, 'gu');
/** Line ends in which only the LF became CRLF. The CR still precedes it. */
const LF_AS_CRLF = new RegExp(`${BEHIND_LETTERS}\\r\\n(?:\\0|$)`, 'gu');
const ROWS = {
  '\n': new RegExp(`${BEHIND_LETTERS}(?<!\\n\\0)(?:\\n\\0)*\\n(?:\\0|$)`, 'gu'),
  '\r': new RegExp(`${BEHIND_LETTERS}(?<!\\r\\0)(?:\\r\\0)*\\r(?:\\0|$)`, 'gu'),
} as const;

/**
 * Restores the line ends of UTF-16. Some programs read lines from bytes. They read the CR and the LF of UTF-16 as two
 * line ends, because there is a NUL between them. Such a program then writes its own line ends, and adds a line with a
 * single NUL after every line.
 *
 * @param text - UTF-16LE whose bytes became characters. It may contain other text, too
 */
export function joinCutLines(text: string): string {
  const joined = text
    .replace(BOTH_AS_CRLF, (row) => '\r\0\n\0'.repeat((row.split('\n').length - 1) / 2))
    .replace(LF_AS_CRLF, (all, at: number, whole: string) => (whole.startsWith('\r\0', at - 2) ? '\n\0' : all));
  return joinRows(joinRows(joined, '\n'), '\r');
}

/**
 * Halves the number of line ends in each run of LF or CR. A program that writes only LF or only CR doubles the line
 * ends of UTF-16. Windows programs write CRLF into UTF-16. A single run of odd length therefore shows that no such
 * program wrote the text.
 */
function joinRows(text: string, sign: '\n' | '\r'): string {
  const rows = ROWS[sign];
  const lengths = Array.from(text.matchAll(rows), ([row]) => row.split(sign).length - 1);
  if (lengths.length === 0 || lengths.some((length) => length % 2 !== 0)) return text;
  return text.replace(rows, (row) => `${sign}\0`.repeat((row.split(sign).length - 1) / 2));
}
