/**
 * Writes a one-line value as inline code. Replaces the Markdown library's function, which tries longer and longer
 * fences. The library's time grows with the square of the number of pieces in a cell.
 */
export function writeCode(value: string): string {
  const fence = '`'.repeat(freeLength(value));
  const isPadded = /[^ ]/u.test(value) && ((value.startsWith(' ') && value.endsWith(' ')) || /^`|`$/u.test(value));
  return isPadded ? `${fence} ${value} ${fence}` : fence + value + fence;
}

/**
 * Writes a value as the inline code of a table cell. GFM has no way to write a backslash before a pipe inside code. The
 * pipe after a backslash is therefore written outside, between two pieces of code.
 */
export function writeCellCode(value: string): string {
  const pieces = value.split(/(?<=\\)\|/u);
  return pieces.map((piece) => (piece === '' ? '' : writeCode(piece).replaceAll('|', '\\|'))).join('\\|');
}

/** Returns the smallest number of back-ticks that the value does not contain as a run. */
function freeLength(value: string): number {
  const lengths = new Set<number>();
  let streak = 0;
  for (let at = value.indexOf('`'); at >= 0; at = value.indexOf('`', at + 1)) {
    streak = at > 0 && value.charAt(at - 1) === '`' ? streak + 1 : 1;
    if (value.charAt(at + 1) !== '`') lengths.add(streak);
  }
  let length = 1;
  while (lengths.has(length)) length++;
  return length;
}
