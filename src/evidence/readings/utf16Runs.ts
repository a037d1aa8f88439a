import { fromUnits } from '../text/units.ts';

/** Up to U+06FF, Arabic. Above stand bells, backspaces and what plain text holds. */
const MAX_HIGH_BYTE = 6;
/** A run of UTF-16 is at least two letters long: one NUL can be anything. */
const MIN_LETTERS = 2;
/** So many signs in a row (dashes, quotation marks, arrows, halves of pairs) may stand between letters. */
const MAX_SIGNS = 4;

/** UTF-16 that was put together. */
export interface JoinedUtf16 {
  readonly text: string;
  /** Units that were no UTF-16, and whether each of their stretches begins where a letter of UTF-16 can. */
  readonly left: number;
  readonly isAligned: boolean;
}

/**
 * Puts UTF-16LE together again whose bytes were captured one by one, beside text that was written otherwise. A NUL or a
 * control character up to 6 as every second byte shows where that is: plain text holds none of them.
 *
 * @param units - the text
 * @param byteOf - the byte of a unit, or undefined where it is no byte any more: it stays what it is
 */
export function joinUtf16Runs(units: Uint16Array, byteOf: (unit: number) => number | undefined): JoinedUtf16 {
  const runs = new Runs(units, byteOf);
  const joined = new Uint16Array(units.length);
  let length = 0;
  let left = 0;
  let isAligned = true;
  for (let at = 0; at < units.length;) {
    // Letters of one script alone fit both ways at their beginning: the longer run is the right one.
    const end = runs.endOf(at);
    const isRun = end - at >= 2 * MIN_LETTERS && end >= (runs.isLetter(at) ? runs.endOf(at + 1) : at);
    if (!isRun) {
      if (left === 0 || runs.endedAt === at) isAligned &&= at % 2 === 0;
      joined[length++] = units[at++] ?? 0;
      left++;
      continue;
    }
    for (; at < end; at += 2) joined[length++] = runs.letterAt(at);
    runs.endedAt = end;
  }
  return { text: fromUnits(joined, length), left, isAligned };
}

class Runs {
  /** End of the latest run: a place in the units. */
  endedAt = -1;
  readonly #units: Uint16Array;
  readonly #byteOf: (unit: number) => number | undefined;

  constructor(units: Uint16Array, byteOf: (unit: number) => number | undefined) {
    this.#units = units;
    this.#byteOf = byteOf;
  }

  /** Whether a letter can begin here whose second byte plain text does not hold. */
  isLetter(at: number): boolean {
    const low = this.#units[at] ?? 0;
    const high = this.#units[at + 1] ?? MAX_HIGH_BYTE + 1;
    // Behind what is no byte any more nothing but a NUL may go: the character stays, and its second byte is not shown.
    return high <= MAX_HIGH_BYTE && low + high > 0 && (high === 0 || this.#isByte(at));
  }

  letterAt(at: number): number {
    const low = this.#byteOf(this.#units[at] ?? 0);
    return low === undefined ? (this.#units[at] ?? 0) : low + 256 * this.#byteAt(at + 1);
  }

  /** Returns where the run ends that begins here; the place itself where none does. */
  endOf(from: number): number {
    let end = this.#isMark(from) ? from + 2 : from;
    while (this.isLetter(end)) {
      end += 2;
      if (!this.isLetter(end)) end = this.#behindSigns(end);
    }
    return end === from + 2 && this.#isMark(from) ? from : end;
  }

  /** Signs are taken for some only between letters, or at the end of the text. */
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

  /** A byte order mark, or a quotation mark or dash: its first byte is a control character, too. */
  #isMark(at: number): boolean {
    const [low, high] = [this.#byteAt(at), this.#byteAt(at + 1)];
    return (low === 0xff && high === 0xfe) || (high === 0x20 && low >= 0x10 && low <= 0x1e && low !== 0x1b);
  }

  #isByte(at: number): boolean {
    return this.#byteOf(this.#units[at] ?? 0) !== undefined;
  }

  #byteAt(at: number): number {
    return this.#byteOf(this.#units[at] ?? 0) ?? 0;
  }
}
