import { fromUnits, unitAt } from '../text/units.ts';

/**
 * Highest second byte of a letter: up to U+06FF, Arabic. Higher bytes are BEL, backspace and characters of plain text.
 */
const MAX_HIGH_BYTE = 6;
/** Minimum number of letters in a run of UTF-16. A single NUL can have other causes. */
const MIN_LETTERS = 2;
/** Maximum number of signs in a row between letters: dashes, quotation marks, arrows, surrogates. */
const MAX_SIGNS = 4;

/** A text after the bytes of its UTF-16 were joined to characters. */
export interface JoinedUtf16 {
  readonly text: string;
  /** Number of units that are not part of a run of UTF-16. */
  readonly left: number;
  /** Whether each range of such units begins at a place where a letter of UTF-16 can begin. */
  readonly isAligned: boolean;
}

/**
 * Joins the bytes of UTF-16LE to characters, after each byte was captured as a character of its own. The text may also
 * contain text in other encodings. UTF-16 is recognized by a NUL or a control character up to 6 as every second byte,
 * because plain text contains neither.
 *
 * @param units - the text
 * @param byteOf - returns the byte of a unit, or undefined if the unit is no longer a byte. Such a unit does not change
 */
export function joinUtf16Runs(units: Uint16Array, byteOf: (unit: number) => number | undefined): JoinedUtf16 {
  const runs = new Runs(units, byteOf);
  const joined = new Uint16Array(units.length);
  let length = 0;
  let left = 0;
  let isAligned = true;
  for (let at = 0; at < units.length;) {
    // Letters of one writing system can match at an even and at an odd place. The longer run is the right one.
    const end = runs.endOf(at);
    const isRun = end - at >= 2 * MIN_LETTERS && end >= (runs.isLetter(at) ? runs.endOf(at + 1) : at);
    if (!isRun) {
      if (left === 0 || runs.endedAt === at) isAligned &&= at % 2 === 0;
      joined[length++] = unitAt(units, at++);
      left++;
      continue;
    }
    for (; at < end; at += 2) joined[length++] = runs.letterAt(at);
    runs.endedAt = end;
  }
  return { text: fromUnits(joined, length), left, isAligned };
}

class Runs {
  /** End of the latest run, as an index into the units. */
  endedAt = -1;
  readonly #units: Uint16Array;
  readonly #byteOf: (unit: number) => number | undefined;

  constructor(units: Uint16Array, byteOf: (unit: number) => number | undefined) {
    this.#units = units;
    this.#byteOf = byteOf;
  }

  /** Whether a letter can begin at this place. Its second byte must be one that does not occur in plain text. */
  isLetter(at: number): boolean {
    const low = unitAt(this.#units, at);
    const high = this.#units[at + 1] ?? MAX_HIGH_BYTE + 1;
    // If the first unit is no longer a byte, it stays, and the second byte is dropped. Only a NUL can be dropped
    // without a loss.
    return high <= MAX_HIGH_BYTE && low + high > 0 && (high === 0 || this.#isByte(at));
  }

  letterAt(at: number): number {
    const low = this.#byteOf(unitAt(this.#units, at));
    return low === undefined ? unitAt(this.#units, at) : low + 256 * this.#byteAt(at + 1);
  }

  /** Returns the end of the run that begins at a place, or the place itself if no run begins there. */
  endOf(from: number): number {
    let end = this.#isMark(from) ? from + 2 : from;
    while (this.isLetter(end)) {
      end += 2;
      if (!this.isLetter(end)) end = this.#behindSigns(end);
    }
    return end === from + 2 && this.#isMark(from) ? from : end;
  }

  /**
   * Returns the end of the punctuation marks and other signs that begin at a place. They count only between letters, or
   * at the end of the text.
   */
  #behindSigns(from: number): number {
    let end = from;
    while (end - from < 2 * MAX_SIGNS && this.#isSign(end)) end += 2;
    return end > from && (this.isLetter(end) || end === this.#units.length) ? end : from;
  }

  #isSign(at: number): boolean {
    const high = this.#byteAt(at + 1);
    return (
      at + 1 < this.#units.length &&
      this.#isByte(at) &&
      ((high >= 0x20 && high <= 0x25) || (high >= 0xd8 && high <= 0xdf))
    );
  }

  /**
   * Whether a byte order mark, a quotation mark or a dash begins at this place. The first byte of a quotation mark or a
   * dash is a control character.
   */
  #isMark(at: number): boolean {
    const [low, high] = [this.#byteAt(at), this.#byteAt(at + 1)];
    return (low === 0xff && high === 0xfe) || (high === 0x20 && low >= 0x10 && low <= 0x1e && low !== 0x1b);
  }

  #isByte(at: number): boolean {
    return this.#byteOf(unitAt(this.#units, at)) !== undefined;
  }

  #byteAt(at: number): number {
    return this.#byteOf(unitAt(this.#units, at)) ?? 0;
  }
}
