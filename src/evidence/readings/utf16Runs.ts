import { fromUnits } from '../text/units.ts';

/** Up to U+06FF, Arabic. Above stand bells, backspaces and what plain text holds. */
const MAX_HIGH_BYTE = 6;

/** A run of UTF-16 is at least two letters long: one NUL can be anything. */
const MIN_LETTERS = 2;

/**
 * Puts UTF-16LE together again whose bytes were captured one by one, beside text that was written otherwise. A NUL or a
 * control character up to 6 as every second byte shows where that is: plain text holds none of them.
 *
 * @param units - the text
 * @param codeOf - the byte of a unit, or undefined where it is no byte any more: it stays what it is
 * @returns the text, and whether all of it was UTF-16
 */
export function joinUtf16Runs(
  units: Uint16Array,
  codeOf: (unit: number) => number | undefined,
): { readonly text: string; readonly isWhole: boolean } {
  const isLetter = (at: number): boolean => {
    const low = units[at] ?? 0;
    const high = at + 1 < units.length ? (units[at + 1] ?? 0) : MAX_HIGH_BYTE + 1;
    return high <= MAX_HIGH_BYTE && low + high > 0;
  };
  const endOfRun = (from: number): number => {
    let end = from;
    while (isLetter(end)) end += 2;
    return end;
  };
  const joined = new Uint16Array(units.length);
  let length = 0;
  let left = 0;
  for (let at = 0; at < units.length;) {
    // Letters of one script alone fit both ways at their beginning: the longer run is the right one.
    const [here, next] = [endOfRun(at), isLetter(at) ? endOfRun(at + 1) : at];
    const isRun = here - at >= 2 * MIN_LETTERS && here >= next;
    if (!isRun) {
      joined[length++] = units[at++] ?? 0;
      left++;
      continue;
    }
    for (; at < here; at += 2) {
      const low = codeOf(units[at] ?? 0);
      joined[length++] = low === undefined ? (units[at] ?? 0) : low + 256 * (units[at + 1] ?? 0);
    }
  }
  return { text: fromUnits(joined, length), isWhole: left === 0 };
}
