import type { Charset } from '../../base/textView.ts';
import { fromUnits, sequenceLength, toUnits, unitAt, writeSequence } from '../text/units.ts';
import { isDoubleBytePage, NONE, tablesOf } from './doubleBytePages.ts';
import { isSingleBytePage, upperHalfOf } from './singleBytePages.ts';
import type { SingleBytePage } from './singleBytePages.ts';

/** Value for a UTF-16 unit that has no byte in a code page. */
export const NO_BYTE = 0x100;

/**
 * Returns the bytes of all UTF-16 units in a single-byte page, indexed by unit. A unit without a byte has {@link
 * NO_BYTE}.
 */
export function byteTable(page: SingleBytePage): Uint16Array {
  return cached(byteTables, page, createByteTable);
}

const byteTables = new Map<SingleBytePage, Uint16Array>();
const upperTables = new Map<string, Uint16Array>();

/** Returns a table, which is created only once. A text of short lines needs tables millions of times. */
function cached<Page>(tables: Map<Page, Uint16Array>, page: Page, create: (page: Page) => Uint16Array): Uint16Array {
  const known = tables.get(page);
  if (known !== undefined) return known;
  const table = create(page);
  tables.set(page, table);
  return table;
}

function createByteTable(page: SingleBytePage): Uint16Array {
  const table = new Uint16Array(0x10000).fill(NO_BYTE);
  for (let byte = 0; byte < 0x80; byte++) table[byte] = byte;
  const upper = toUnits(upperHalfOf(page));
  const learn = (unit: number, byte: number): void => {
    if (table[unit] === NO_BYTE) table[unit] = byte;
  };
  for (const [at, unit] of upper.entries()) if (unit !== 0x80 + at) learn(unit, 0x80 + at);
  // Bytes that the page leaves out are added last. Such a byte means the character with the same code. That character
  // may have another byte in the page.
  for (const [at, unit] of upper.entries()) learn(unit, 0x80 + at);
  return table;
}

/** Returns the bytes of a text in an encoding. Returns undefined if the encoding lacks a character of the text. */
export function encode(text: string, charset: Charset): Uint8Array | undefined {
  if (charset === 'utf8') return text.isWellFormed() ? Buffer.from(text, 'utf8') : undefined;
  if (charset === 'utf16') return Buffer.from(text, 'utf16le');
  const units = toUnits(text);
  return isDoubleBytePage(charset) ? encodeDouble(units, tablesOf(charset).codes) : encodeSingle(units, charset);
}

function encodeSingle(units: Uint16Array, charset: SingleBytePage): Uint8Array | undefined {
  const table = byteTable(charset);
  const bytes = new Uint8Array(units.length);
  for (let at = 0; at < units.length; at++) {
    const byte = unitAt(table, unitAt(units, at));
    if (byte === NO_BYTE) return undefined;
    bytes[at] = byte;
  }
  return bytes;
}

function encodeDouble(units: Uint16Array, codes: Uint16Array): Uint8Array | undefined {
  const bytes = new Uint8Array(2 * units.length);
  let length = 0;
  for (const unit of units) {
    const code = unitAt(codes, unit);
    if (code === NONE && unit !== 0) return undefined;
    if (code > 0xff) bytes[length++] = code >> 8;
    bytes[length++] = code & 0xff;
  }
  return bytes.subarray(0, length);
}

/** Returns the text of bytes in an encoding. Returns undefined if the bytes are not valid in the encoding. */
export function decode(bytes: Uint8Array, charset: Charset): string | undefined {
  if (charset === 'utf16') {
    if (bytes.length % 2 !== 0) return undefined;
    const text = Buffer.from(bytes).toString('utf16le');
    return text.isWellFormed() ? text : undefined;
  }
  // The bytes are copied, because the caller keeps them.
  const units = new Uint16Array(bytes.length);
  const codes = Uint16Array.from(bytes);
  const read = decodeBytes(codes, charset, units);
  return read.invalid === 0 ? fromUnits(units, read.length) : undefined;
}

/**
 * Decodes bytes from an encoding other than UTF-16. Each unit of `codes` contains one byte.
 *
 * @param codes - bytes, and {@link NO_BYTE} for units that are not bytes
 * @param units - receives the characters. A byte that is not valid in the encoding becomes the unit of `original` at
 * its place
 * @returns the number of written units, and the number of bytes that are not valid
 */
export function decodeBytes(
  codes: Uint16Array,
  charset: Exclude<Charset, 'utf16'>,
  units: Uint16Array,
  original: Uint16Array = codes,
): { readonly length: number; readonly invalid: number } {
  if (charset === 'utf8') return decodeUtf8(codes, units, original);
  if (isDoubleBytePage(charset)) return decodeDouble(codes, charset, units, original);
  const table = cached(upperTables, charset, createUpperTable);
  let invalid = 0;
  for (let at = 0; at < codes.length; at++) {
    const code = unitAt(codes, at);
    if (code === NO_BYTE) invalid++;
    units[at] = code === NO_BYTE ? unitAt(original, at) : unitAt(table, code);
  }
  return { length: codes.length, invalid };
}

function createUpperTable(charset: string): Uint16Array {
  const table = Uint16Array.from({ length: 0x100 }, (_, byte) => byte);
  if (isSingleBytePage(charset)) table.set(toUnits(upperHalfOf(charset)), 0x80);
  return table;
}

/** A byte that no UTF-8 sequence contains. */
const NEVER = 0xff;

function decodeUtf8(
  codes: Uint16Array,
  units: Uint16Array,
  original: Uint16Array,
): { readonly length: number; readonly invalid: number } {
  const bytes = new Uint8Array(codes.length);
  for (let at = 0; at < codes.length; at++) bytes[at] = Math.min(unitAt(codes, at), NEVER);
  let length = 0;
  let invalid = 0;
  for (let at = 0; at < bytes.length;) {
    const width = sequenceLength(bytes, at);
    // Never writes after the place that is read next, because `units` may be the same array as `original`.
    if (width > 1) length = writeSequence(bytes, at, width, units, length);
    else units[length++] = unitAt(original, at);
    if (width === 0) invalid++;
    at += Math.max(1, width);
  }
  return { length, invalid };
}

function decodeDouble(
  codes: Uint16Array,
  page: 'cp932' | 'cp936',
  units: Uint16Array,
  original: Uint16Array,
): { readonly length: number; readonly invalid: number } {
  const { singles, pairs } = tablesOf(page);
  let length = 0;
  let invalid = 0;
  for (let at = 0; at < codes.length;) {
    const code = unitAt(codes, at);
    const single = code < NO_BYTE ? unitAt(singles, code) : NONE;
    const next = codes[at + 1] ?? NO_BYTE;
    const pair = code < NO_BYTE && next < NO_BYTE ? unitAt(pairs, code * 256 + next) : NONE;
    if (single !== NONE || code === 0) units[length++] = single;
    else if (pair !== NONE) units[length++] = pair;
    else {
      units[length++] = unitAt(original, at);
      invalid++;
    }
    at += single === NONE && code !== 0 && pair !== NONE ? 2 : 1;
  }
  return { length, invalid };
}
