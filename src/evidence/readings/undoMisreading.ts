import type { Charset, Misreading } from '../../base/textView.ts';
import { fromUnits, toUnits } from '../text/units.ts';
import { joinCutLines } from './cutUtf16.ts';
import { byteTable, decode, decodeBytes, encode, NO_BYTE } from './encode.ts';
import { measureOddness } from './oddness.ts';
import { isDoubleBytePage, NONE, tablesOf } from './doubleBytePages.ts';
import { isSingleBytePage } from './singleBytePages.ts';
import { joinUtf16Runs } from './utf16Runs.ts';

/** Length of the beginning by which a text is judged, in UTF-16 units: enough to tell letters from chance. */
const JUDGED = 16_384;

/**
 * Restores a text that was written in one encoding and read as another. Turns characters into the bytes that they were
 * read from, and these bytes into the characters that were written. What cannot be turned back stays as it is: no
 * character is lost.
 */
export function undoMisreading(text: string, { written, readAs }: Misreading): string {
  if (written === 'utf16') return joinUtf16(text, readAs);
  if (isSingleBytePage(readAs)) {
    const units = toUnits(text);
    const table = byteTable(readAs);
    const codes = new Uint16Array(units.length);
    for (let at = 0; at < units.length; at++) codes[at] = table[units[at] ?? 0] ?? NO_BYTE;
    return fromUnits(units, decodeBytes(codes, written, units, units).length);
  }
  const undo = (piece: string): string => {
    const bytes = encode(piece, readAs);
    return (bytes && decode(bytes, written)) ?? piece;
  };
  // In UTF-16 a line end is half of a character. Elsewhere a damaged line must not spoil the others.
  return readAs === 'utf16' ? undo(text) : changeLines(text, undo);
}

/** Changes the lines that hold more than ASCII. */
function changeLines(text: string, change: (line: string) => string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let start = 0; start < text.length;) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const line = text.slice(start, end);
    if (/[^\p{ASCII}]/u.test(line)) {
      parts.push(text.slice(copied, start), change(line));
      copied = end;
    }
    start = end + 1;
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied);
}

/** Marks a text in which each byte became the character of its number. */
const BYTE_BY_BYTE = 'latin1';

/**
 * Reads UTF-16LE whose bytes became the characters of their numbers. Only a part may be UTF-16, and line ends may be
 * cut.
 */
export function readUtf16(text: string): string {
  return joinUtf16(joinCutLines(text), BYTE_BY_BYTE);
}

function toBytes(text: string): Uint8Array | undefined {
  return /[^\0-\xff]/u.test(text) ? undefined : Buffer.from(text, 'latin1');
}

/**
 * Joins UTF-16; text beside it stays. Letters of a script without control characters among their bytes form no runs. A
 * text of such letters alone can only be read as a whole, and is where that makes more sense.
 */
function joinUtf16(text: string, readAs: Charset | typeof BYTE_BY_BYTE): string {
  const start = behindPlainLines(text);
  return start === 0 ? joinAll(text, readAs) : text.slice(0, start) + joinAll(text.slice(start), readAs);
}

/**
 * Returns where the plain lines end that a script printed before any UTF-16. UTF-16 of such letters would hold NULs.
 */
function behindPlainLines(text: string): number {
  const first = text.search(/[^\t\n\r -~]/u);
  if (first < 0) return text.length;
  // A line end right before a NUL is itself a letter of UTF-16.
  const isLineEnd = text.charAt(first) === '\0' && text.charAt(first - 1) === '\n';
  const from = isLineEnd ? first - 2 : first - 1;
  return from < 0 ? 0 : text.lastIndexOf('\n', from) + 1;
}

/** Finds a unit that may belong to a letter of another script: neither a NUL nor plain text. */
const NOT_PLAIN = /[^\0\t\n\r -~]/u;

function joinAll(text: string, readAs: Charset | typeof BYTE_BY_BYTE): string {
  const runs = joinUtf16Runs(toUnits(text), byteReader(readAs));
  // Bytes that were read in twos and threes are visible only in the whole.
  const hasAllBytes = readAs === BYTE_BY_BYTE || isSingleBytePage(readAs);
  if ((runs.left === 0 && hasAllBytes) || !NOT_PLAIN.test(text)) return runs.text;
  const bytes = readAs === BYTE_BY_BYTE ? toBytes(text) : encode(text, readAs);
  const whole = bytes && decode(bytes, 'utf16');
  if (whole === undefined || whole === '') return runs.text;
  const odd = measureOddness(whole.slice(0, JUDGED));
  const oddOfRuns = measureOddness(runs.text.slice(0, 2 * JUDGED));
  const isBetter = odd * 2 < oddOfRuns || (runs.isAligned && odd <= oddOfRuns + Math.min(runs.left, JUDGED) / 2);
  return isBetter ? whole : runs.text;
}

/** Returns a function that finds the byte of a unit, where the unit was one byte. */
function byteReader(readAs: Charset | typeof BYTE_BY_BYTE): (unit: number) => number | undefined {
  if (isSingleBytePage(readAs)) {
    const table = byteTable(readAs);
    return (unit) => (table[unit] === NO_BYTE ? undefined : table[unit]);
  }
  if (isDoubleBytePage(readAs)) {
    const { codes } = tablesOf(readAs);
    return (unit) =>
      unit === 0 || ((codes[unit] ?? NONE) !== NONE && (codes[unit] ?? 0) <= 0xff) ? codes[unit] : undefined;
  }
  const limit = readAs === BYTE_BY_BYTE ? 0x100 : 0x80;
  return (unit) => (unit < limit ? unit : undefined);
}
