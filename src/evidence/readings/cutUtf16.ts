/** Two letters of UTF-16LE before it, as bytes that became characters: up to U+08FF, as in the view itself. */
const BEHIND_LETTERS = '(?<=[^\\0][\\0-\\x08][^\\0][\\0-\\x08])';
/** Line ends, the CR and the LF of each with its NUL, where each of the two became CRLF. */
const BOTH_AS_CRLF = new RegExp(`${BEHIND_LETTERS}(?:\\r\\n\\0\\r\\n\\0)*\\r\\n\\0\\r\\n(?:\\0|$)`, 'gu');
/** The same where only the LF became CRLF: the CR is still there. */
const LF_AS_CRLF = new RegExp(`${BEHIND_LETTERS}\\r\\n(?:\\0|$)`, 'gu');
const ROWS = {
  '\n': new RegExp(`${BEHIND_LETTERS}(?<!\\n\\0)(?:\\n\\0)*\\n(?:\\0|$)`, 'gu'),
  '\r': new RegExp(`${BEHIND_LETTERS}(?<!\\r\\0)(?:\\r\\0)*\\r(?:\\0|$)`, 'gu'),
} as const;

/**
 * Puts the line ends of UTF-16 together again. A program that reads lines from bytes takes the CR and the LF of UTF-16
 * for two line ends, because a NUL stands between them. It then writes line ends of its own, and behind every line
 * stands another one with a lone NUL.
 *
 * @param text - UTF-16LE whose bytes became characters, beside text that is none
 */
export function joinCutLines(text: string): string {
  const joined = text
    .replace(BOTH_AS_CRLF, (row) => '\r\0\n\0'.repeat((row.split('\n').length - 1) / 2))
    .replace(LF_AS_CRLF, (all, at: number, whole: string) => (whole.startsWith('\r\0', at - 2) ? '\n\0' : all));
  return joinRows(joinRows(joined, '\n'), '\r');
}

/**
 * Where LF or CR alone was written, the outcome is the UTF-16 of twice as many line ends. It is taken for that only
 * where there is no place with an odd number: programs of Windows write CRLF into UTF-16.
 */
function joinRows(text: string, sign: '\n' | '\r'): string {
  const rows = ROWS[sign];
  const lengths = Array.from(text.matchAll(rows), ([row]) => row.split(sign).length - 1);
  if (lengths.length === 0 || lengths.some((length) => length % 2 !== 0)) return text;
  return text.replace(rows, (row) => `${sign}\0`.repeat((row.split(sign).length - 1) / 2));
}
