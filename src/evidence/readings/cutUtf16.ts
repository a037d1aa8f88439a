/** Two letters of UTF-16LE before a line end, as bytes that became characters: up to U+08FF. */
const BEHIND_LETTERS = '(?<=[^\\0][\\0-\\x08][^\\0][\\0-\\x08])';
/** Line ends whose CR and LF, each with its NUL, both became CRLF. */
const BOTH_AS_CRLF = new RegExp(`${BEHIND_LETTERS}(?:\\r\\n\\0\\r\\n\\0)*\\r\\n\\0\\r\\n(?:\\0|$)`, 'gu');
/** Line ends of which only the LF became CRLF: the CR is still there. */
const LF_AS_CRLF = new RegExp(`${BEHIND_LETTERS}\\r\\n(?:\\0|$)`, 'gu');
const ROWS = {
  '\n': new RegExp(`${BEHIND_LETTERS}(?<!\\n\\0)(?:\\n\\0)*\\n(?:\\0|$)`, 'gu'),
  '\r': new RegExp(`${BEHIND_LETTERS}(?<!\\r\\0)(?:\\r\\0)*\\r(?:\\0|$)`, 'gu'),
} as const;

/**
 * Restores the line ends of UTF-16. A program that reads lines from bytes takes the CR and the LF of UTF-16 for two
 * line ends, because a NUL stands between them. It then writes its own line ends, and behind every line stands another
 * one with a lone NUL.
 *
 * @param text - UTF-16LE whose bytes became characters, also beside other text
 */
export function joinCutLines(text: string): string {
  const joined = text
    .replace(BOTH_AS_CRLF, (row) => '\r\0\n\0'.repeat((row.split('\n').length - 1) / 2))
    .replace(LF_AS_CRLF, (all, at: number, whole: string) => (whole.startsWith('\r\0', at - 2) ? '\n\0' : all));
  return joinRows(joinRows(joined, '\n'), '\r');
}

/**
 * Halves the rows of line ends where a program wrote LF or CR alone: its outcome is UTF-16 with twice as many line
 * ends. Windows programs write CRLF into UTF-16, so a single row of odd length rules this outcome out.
 */
function joinRows(text: string, sign: '\n' | '\r'): string {
  const rows = ROWS[sign];
  const lengths = Array.from(text.matchAll(rows), ([row]) => row.split(sign).length - 1);
  if (lengths.length === 0 || lengths.some((length) => length % 2 !== 0)) return text;
  return text.replace(rows, (row) => `${sign}\0`.repeat((row.split(sign).length - 1) / 2));
}
