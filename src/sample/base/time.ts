import { hashText } from './random.ts';

/** One second in milliseconds. */
export const second = 1_000;
/** One minute in milliseconds. */
export const minute = 60 * second;
/** One hour in milliseconds. */
export const hour = 60 * minute;
/** One day in milliseconds. */
export const day = 24 * hour;

/**
 * Formats a time as the API writes it: .NET's round-trip format with trailing zeros trimmed, two to seven fraction
 * digits (api-facts §1).
 *
 * The four digits below the millisecond are computed from the millisecond itself. So a moment always has the same text,
 * and later moments sort later. About one time in eight is short, so that every length occurs.
 *
 * @param moment - ms since 1970, an integer
 */
export function formatTime(moment: number): string {
  const spread = hashText(`ticks ${String(moment)}`);
  let ticks = spread % 10_000;
  if (spread % 8 === 0) {
    ticks -= ticks % 100;
  }
  // Real times always had at least two fraction digits. So a moment on a whole tenth of a second keeps its last digit,
  // which is one tick (100 ns).
  if (spread % 16 === 0) {
    ticks = moment % 100 === 0 ? 1 : 0;
  } else if (ticks === 0 && moment % 100 === 0) {
    ticks = 1;
  }
  const digits = `${String(moment % 1_000).padStart(3, '0')}${String(ticks).padStart(4, '0')}`.replace(/0+$/u, '');
  return `${new Date(moment).toISOString().slice(0, 19)}.${digits}Z`;
}

/** Formats a time as scripts print it: `yyyy-MM-dd HH:mm:ss`, UTC. */
export function plainTime(moment: number): string {
  return new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
}
