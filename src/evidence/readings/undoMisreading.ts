import type { Charset, Misreading } from '../../base/textView.ts';
import { fromUnits, toUnits, unitAt } from '../text/units.ts';
import { joinCutLines } from './cutUtf16.ts';
import { byteTable, decode, decodeBytes, encode, NO_BYTE } from './encode.ts';
import { measureOddness } from './oddness.ts';
import { isDoubleBytePage, NONE, tablesOf } from './doubleBytePages.ts';
import { isSingleBytePage } from './singleBytePages.ts';
import { joinUtf16Runs } from './utf16Runs.ts';

/**
 * Number of UTF-16 units that are examined at the start of a text: enough to rule out that letters occur by accident.
 */
const JUDGED = 16_384;

/**
 * Restores a text that was written in one encoding and read by another. Turns the characters into the bytes that they
 * were read from, and decodes these bytes again. A character that cannot be converted stays, so no character is lost.
 */
export function undoMisreading(text: string, { written, readAs }: Misreading): string {
  if (written === 'utf16') return joinUtf16(text, readAs);
  if (isSingleBytePage(readAs)) {
    const units = toUnits(text);
    const table = byteTable(readAs);
    const codes = new Uint16Array(units.length);
    for (let at = 0; at < units.length; at++) codes[at] = unitAt(table, unitAt(units, at));
    return fromUnits(units, decodeBytes(codes, written, units, units).length);
  }
  const undo = (piece: string): string => {
    const bytes = encode(piece, readAs);
    return (bytes && decode(bytes, written)) ?? piece;
  };
  // UTF-16 is converted in one piece, because a line end can be half of a character. Other encodings are converted line
  // by line, so that a damaged line does not affect the other lines.
  return readAs === 'utf16' ? undo(text) : changeLines(text, undo);
}

/** Changes the lines that contain more than ASCII. */
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

/** The encoding in which each byte means the character with the same code. */
const BYTE_BY_BYTE = 'latin1';

/**
 * Reads UTF-16LE in which each byte became the character with the same code. Other parts of the text need not be
 * UTF-16. Line ends may be damaged.
 */
export function readUtf16(text: string): string {
  return joinUtf16(joinCutLines(text), BYTE_BY_BYTE);
}

function toBytes(text: string): Uint8Array | undefined {
  return /[^\0-\xff]/u.test(text) ? undefined : Buffer.from(text, 'latin1');
}

/**
 * Decodes the parts of a text that are UTF-16. Other text stays. UTF-16 is recognized by control characters among its
 * bytes. Some writing systems have no such bytes. A text in such a writing system can only be decoded as a whole. That
 * is done if the decoded text makes more sense.
 */
function joinUtf16(text: string, readAs: Charset | typeof BYTE_BY_BYTE): string {
  const start = behindPlainLines(text);
  return start === 0 ? joinAll(text, readAs) : text.slice(0, start) + joinAll(text.slice(start), readAs);
}

/**
 * Returns the end of the plain lines that a script printed before UTF-16. UTF-16 of plain letters would contain NULs.
 */
function behindPlainLines(text: string): number {
  const first = text.search(/[^\t\n\r -~]/u);
  if (first < 0) return text.length;
  // A line feed directly before a NUL is the first byte of a line end in UTF-16. It does not end a plain line.
  const isLineEnd = text.charAt(first) === '\0' && text.charAt(first - 1) === '\n';
  const from = isLineEnd ? first - 2 : first - 1;
  return from < 0 ? 0 : text.lastIndexOf('\n', from) + 1;
}

/** Finds a unit that may belong to a letter of another writing system. NULs and plain text do not count. */
const NOT_PLAIN = /[^\0\t\n\r -~]/u;

function joinAll(text: string, readAs: Charset | typeof BYTE_BY_BYTE): string {
  const runs = joinUtf16Runs(toUnits(text), byteReader(readAs));
  // Bytes that were read as characters of two or three bytes are available only after the complete text was encoded.
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

/** Returns a function that returns the byte of a unit, if the unit was read from one byte. */
function byteReader(readAs: Charset | typeof BYTE_BY_BYTE): (unit: number) => number | undefined {
  if (isSingleBytePage(readAs)) {
    const table = byteTable(readAs);
    return (unit) => (table[unit] === NO_BYTE ? undefined : table[unit]);
  }
  if (isDoubleBytePage(readAs)) {
    const { codes } = tablesOf(readAs);
    return (unit) => {
      const code = unitAt(codes, unit);
      return unit === 0 || (code !== NONE && code <= 0xff) ? code : undefined;
    };
  }
  const limit = readAs === BYTE_BY_BYTE ? 0x100 : 0x80;
  return (unit) => (unit < limit ? unit : undefined);
}
