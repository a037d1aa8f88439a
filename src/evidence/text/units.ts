import { byteAt } from '../../base/atIndex.ts';

/*
 * Texts as arrays of UTF-16 units. Millions of small strings, or a callback for each character, need seconds and
 * gigabytes. An array needs two bytes for each unit.
 */

/** Returns the UTF-16 units of a text. Surrogates do not change. */
export function toUnits(text: string): Uint16Array<ArrayBuffer> {
  const units = new Uint16Array(text.length);
  Buffer.from(units.buffer).write(text, 'utf16le');
  return units;
}

/** Returns a UTF-16 unit, or an entry of a table of them; 0 after the end. As fast as an index, like `byteAt`. */
export function unitAt(units: Uint16Array, at: number): number {
  return units[at] ?? 0;
}

/** Returns the text of the first units in an array. */
export function fromUnits(units: Uint16Array, length: number): string {
  return Buffer.from(units.buffer, units.byteOffset, 2 * length).toString('utf16le');
}

/**
 * Returns the length of the valid UTF-8 sequence at a place, in bytes. Returns 0 if no sequence begins there.
 *
 * @param bytes - the bytes. A place after their end is not part of a sequence
 */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = byteAt(bytes, at);
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (first < 0xc2 || length === 0) return 0;
  for (let next = 1; next < length; next++) {
    const byte = byteAt(bytes, at + next);
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  const second = byteAt(bytes, at + 1);
  const isTooLong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const isNoCharacter = (first === 0xed && second > 0x9f) || (first === 0xf4 && second > 0x8f);
  return isTooLong || isNoCharacter ? 0 : length;
}

/**
 * Writes the character of a valid UTF-8 sequence. Never writes more units than the sequence has bytes.
 *
 * @returns the place for the next unit
 */
export function writeSequence(bytes: Uint8Array, at: number, length: number, units: Uint16Array, to: number): number {
  let code = byteAt(bytes, at);
  if (length > 1) code &= 0xff >> (length + 1);
  for (let next = 1; next < length; next++) code = (code << 6) | (byteAt(bytes, at + next) & 0x3f);
  if (code < 0x10000) {
    units[to] = code;
    return to + 1;
  }
  units[to] = 0xd800 + ((code - 0x10000) >> 10);
  units[to + 1] = 0xdc00 + ((code - 0x10000) & 0x3ff);
  return to + 2;
}
