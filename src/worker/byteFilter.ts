import { ESCAPED, piecesOf } from './byteTest.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { SearchQuery } from './searchCalls.ts';

/** Tells from the filter of a result whether a search can have a hit in it. */
export type FilterTest = (filter: Uint8Array) => boolean;

/** Number of bytes in a group, and of bits that a group of 7-bit characters has. */
const GROUP = 3;
const GROUP_BITS = 7 * GROUP;
const MASK = (1 << GROUP_BITS) - 1;
/** Spreads groups over the filter. The golden ratio of 2^32, made odd. */
const SPREAD = 0x9e3779b1;
/** Smallest and largest filter, in bytes. */
const SMALLEST = 64;
const LARGEST = 2 ** GROUP_BITS / 8;
/** Bits for each different group. With fewer, more results pass that have no hit. */
const BITS_EACH = 2;
/** Sizes that a filter can have. Any other was made by someone else, and rules nothing out. */
const SIZES: ReadonlySet<number> = new Set(Array.from({ length: GROUP_BITS }, (_, power) => 2 ** power));

/** Groups that the file at hand has. Kept between two files, because making it takes longer than most files. */
const seen = new Uint8Array(2 ** GROUP_BITS);

/**
 * Makes the filter of a result's file in UTF-8: a bit for each group of three printable characters of ASCII in it, upper
 * case as lower case. It is a few percent of the packed file.
 *
 * @returns undefined if the file writes printable characters as escapes, which no usual serializer does
 */
export function toByteFilter(bytes: Uint8Array): Uint8Array | undefined {
  if (hasEscapedLetter(bytes)) return undefined;
  const groups = groupsIn(bytes);
  let size = SMALLEST;
  while (size < LARGEST && 8 * size < BITS_EACH * groups.length) size *= 2;
  const filter = new Uint8Array(size);
  for (const group of groups) {
    const place = placeOf(group) & (8 * size - 1);
    filter[place >>> 3] = (filter[place >>> 3] ?? 0) | (1 << (place & 7));
  }
  return filter;
}

/**
 * Whether the letters of a result's texts stand in its file as they are: in UTF-8, and not compressed. Only then its
 * bytes, and a filter of them, tell what its texts do not contain.
 */
export function isPlainFile({ encoding, changes }: Pick<StoredFacts, 'encoding' | 'changes'>): boolean {
  return encoding === 'utf-8' && !changes.some(({ kind }) => kind === 'gunzipped');
}

/** Returns the different groups of a file. */
function groupsIn(bytes: Uint8Array): readonly number[] {
  const groups: number[] = [];
  let group = 0;
  let length = 0;
  const size = bytes.length;
  // Three times as fast as `for … of`.
  for (let at = 0; at < size; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e) {
      length = 0;
      continue;
    }
    group = ((group << 7) | (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)) & MASK;
    if (++length < GROUP || seen[group] === 1) continue;
    seen[group] = 1;
    groups.push(group);
  }
  for (const one of groups) seen[one] = 0;
  return groups;
}

/**
 * Returns a test that reads a few bits instead of the result.
 *
 * @returns undefined if the searched text has no piece that JSON writes in one way only, or is an expression
 */
export function toFilterTest({
  text,
  isRegExp,
  matchCase,
}: Pick<SearchQuery, 'text' | 'isRegExp' | 'matchCase'>): FilterTest | undefined {
  if (isRegExp) return undefined;
  const places = piecesOf(text, matchCase).flatMap((piece) => placesIn(piece.toLowerCase()));
  if (places.length === 0) return undefined;
  return (filter) =>
    !SIZES.has(filter.length) || places.every((place) => hasBit(filter, place & (8 * filter.length - 1)));
}

function placesIn(piece: string): number[] {
  const places: number[] = [];
  for (let at = 0; at + GROUP <= piece.length; at++) {
    let group = 0;
    for (let shift = 0; shift < GROUP; shift++) group = (group << 7) | piece.charCodeAt(at + shift);
    places.push(placeOf(group));
  }
  return places;
}

function placeOf(group: number): number {
  return Math.imul(group, SPREAD) >>> (32 - GROUP_BITS);
}

function hasBit(bits: Uint8Array, place: number): boolean {
  return ((bits[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0;
}

/** Whether a file writes a letter as an escape that could stand as it is, such as `\u0041`. */
function hasEscapedLetter(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf('\\u00', 0, 'latin1'); at >= 0; at = buffer.indexOf('\\u00', at + 4, 'latin1')) {
    const code = parseInt(buffer.toString('latin1', at + 4, at + 6), 16);
    if (code >= 0x20 && code < 0x7f && !ESCAPED.has(String.fromCharCode(code))) return true;
  }
  return false;
}
