import type { FoundIndicator } from './kinds.ts';

const POINT = 0x2e;
/** ASCII characters of a name: letters, digits, `_` and `-`. */
const IN_NAME = new Uint8Array(128);
for (let code = 0; code < IN_NAME.length; code++) {
  if (/[\w-]/u.test(String.fromCharCode(code))) IN_NAME[code] = 1;
}

/**
 * Whether a UTF-16 unit can be part of a name between two dots: a letter or a digit of any writing system, `_` or `-`.
 */
export function isInName(code: number): boolean {
  // After the end of a line the code is NaN, which is not part of a name.
  return code < IN_NAME.length
    ? IN_NAME[code] === 1
    : code >= 0xaa && /[\p{L}\p{M}\p{N}]/u.test(String.fromCharCode(code));
}

/**
 * Calls `toIndicators` for each sequence of names with dots between them, in order. A sequence can begin with a dot
 * only at the beginning of a word (`.evil.example`) or after `*`. The search goes from dot to dot, because a regular
 * expression would examine every word of every line.
 */
export function findDottedNames(
  line: string,
  toIndicators: (text: string, start: number) => FoundIndicator | readonly FoundIndicator[] | undefined,
): FoundIndicator[] {
  const all: FoundIndicator[] = [];
  for (let point = line.indexOf('.'); point >= 0;) {
    let end = point;
    while (line.charCodeAt(end) === POINT && isInName(line.charCodeAt(end + 1))) {
      end++;
      while (isInName(line.charCodeAt(end))) end++;
    }
    if (end > point) {
      let start = point;
      while (start > 0 && isInName(line.charCodeAt(start - 1))) start--;
      if (start === point) {
        // The sequence begins with a dot. The search continues at the next dot, because the name after the first dot
        // may contain more dots.
        if (isLeading(line, point)) {
          point = line.indexOf('.', point + 1);
          if (point < 0 || point >= end) continue;
          start = afterPoint(line, point);
        } else start = -1;
      }
      // No dot stands directly before a name that begins before this dot: that dot was looked at first.
      if (start >= 0) {
        const found = toIndicators(line.slice(start, end), start);
        if (found !== undefined) {
          if ('kind' in found) all.push(found);
          else all.push(...found);
        }
      }
    }
    point = line.indexOf('.', Math.max(end, point + 1));
  }
  return all;
}

function afterPoint(line: string, point: number): number {
  return line.lastIndexOf('.', point - 1) + 1;
}

function isLeading(line: string, point: number): boolean {
  return point === 0 || /[*\s"'=(]/u.test(line.charAt(point - 1));
}
