import { textAt } from '../../base/atIndex.ts';
import { plain } from './timeWords.ts';
import type { TimeWords } from './timeWords.ts';

/** A date found in a text. */
export interface ReadDate {
  /** UTF-16 offset after the date. */
  readonly end: number;
  /** Whether the text could also be a version or a count. It then counts as a date only if a time of day follows. */
  readonly needsClock: boolean;
  /** Set if the date has no year, e.g. `Nov 23`. Its year may follow the time of day. */
  readonly lacksYear?: true;
  /** Set if the date begins with the name of its day. */
  readonly hasDayName?: true;
}

/**
 * Earliest year of a date. Dates that mean zero in Windows (1601) and .NET (0001) are the same on every device, so they
 * are not replaced.
 */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2099;
/** Year for checking a date without a year. It is a leap year, so that February 29 is valid. */
const LEAP_YEAR = 2024;

const YEAR_FIRST = /(\d{4})([-/.:])(\d{1,2})\2(\d{1,2})(?!\d)/uy;
/** A week in ISO 8601, or a day of a week, e.g. `2026-W48-1`. */
const WEEK = /\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])(?:-[1-7])?(?!\d)/uy;
const YEAR_LAST = /(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/uy;
/** `2026年11月23日`, `2026년 11월 23일`, `2026. 11. 23.` */
const SPACED = /(\d{4})(?:年|년 |\. )(\d{1,2})(?:月|월 |\. )(\d{1,2})(?:日|일|\.)/uy;
/**
 * `23 Nov 2026`, `23/Nov/2026`, `23. November 2026`, `23 de noviembre de 2026`, `23-Nov-26`. The two digits in
 * `23. Nov 14:05` are hours.
 */
const DAY_MONTH =
  /(\d{1,2})(?:\.|º|er)?(?: (?:de )?|[-/])(\p{L}{3,14})\.?(?:,? (?:de |of )?(?!\d{2}:)|[-/])(\d{4}|\d{2})(?!\d)/uy;
/** `23. Nov`, before a time of day. */
const DAY_AND_MONTH = /(\d{1,2})\.? (\p{L}{3,14})\.?(?= \d{1,2}:)/uy;
/** `Nov 23`, `Nov  3`, `November 23, 2026`, `Nov 23  2025`. */
const MONTH_DAY = /(\p{L}{3,14})\.? {1,2}(\d{1,2})(?:(?:,| ) ?(\d{4})(?![\d:]))?(?!\d)/uy;
/** Sign after a year: `2026 г.`, `2026 р.` */
const YEAR_SIGN = / (?:г|р|r)\./uy;
const WORD = /\p{L}{2,14}(?:-feira)?/uy;

/** Whether year, month (from 1) and day are a valid date that a device could print today. */
export function isDay(year: number, month: number, day: number): boolean {
  return (
    year >= FIRST_YEAR &&
    year <= LAST_YEAR &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  );
}

/** Matches a sticky pattern at a place of a text. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** Reads a date at a place that begins with a digit. */
export function readNumericDate(text: string, at: number, words: TimeWords): ReadDate | undefined {
  const yearFirst = matchAt(YEAR_FIRST, text, at);
  if (yearFirst !== undefined) {
    const [whole, year, sign, month, day] = yearFirst;
    // After a date such as `2024.8.30`, a time of day must follow, because many packages have such a version.
    if (isDay(Number(year), Number(month), Number(day)))
      return { end: at + whole.length, needsClock: sign === '.' || sign === ':' };
  }
  const week = matchAt(WEEK, text, at);
  if (week !== undefined && isDay(Number(week[0].slice(0, 4)), 1, 1))
    return { end: at + week[0].length, needsClock: false };
  const yearLast = matchAt(YEAR_LAST, text, at);
  if (yearLast !== undefined) return readYearLast(yearLast, text, at);
  const spaced = matchAt(SPACED, text, at);
  if (spaced !== undefined && isDay(Number(spaced[1]), Number(spaced[2]), Number(spaced[3])))
    return { end: at + spaced[0].length, needsClock: false };
  const named = matchAt(DAY_MONTH, text, at) ?? matchAt(DAY_AND_MONTH, text, at);
  const month = words.months.get(plain(textAt(named, 2)));
  if (named === undefined || month === undefined) return undefined;
  if (named[3] === undefined)
    return isDay(LEAP_YEAR, month, Number(named[1]))
      ? { end: at + named[0].length, needsClock: true, lacksYear: true }
      : undefined;
  if (!isDay(fullYear(named[3]), month, Number(named[1]))) return undefined;
  return { end: withYearSign(text, at + named[0].length), needsClock: named[3].length === 2 };
}

function readYearLast(
  [whole, first, sign, second, year]: RegExpExecArray,
  text: string,
  at: number,
): ReadDate | undefined {
  const [one, other] = [Number(first), Number(second)];
  const isOne = isDay(fullYear(year), other, one) || (sign === '/' && isDay(fullYear(year), one, other));
  if (!isOne) return undefined;
  // `1.2.2026` and `11/22/26` may be something else than a date. No known version looks like `22.11.2026` or
  // `1.02.2026`.
  const needsClock = year?.length === 2 || (sign !== '/' && second?.length === 1);
  return { end: withYearSign(text, at + whole.length), needsClock };
}

/** Reads a date that begins with the name of a day or a month, at the beginning of a word. */
export function readNamedDate(text: string, at: number, words: TimeWords): ReadDate | undefined {
  const word = textAt(matchAt(WORD, text, at), 0);
  if (words.days.has(plain(word))) {
    const next = matchAt(/\.?,? ?(?:den |el )?/uy, text, at + word.length);
    const from = at + word.length + textAt(next, 0).length;
    const date = readNumericDate(text, from, words) ?? readMonthDay(text, from, words);
    if (date !== undefined) return { ...date, hasDayName: true };
  }
  return readMonthDay(text, at, words);
}

function readMonthDay(text: string, at: number, words: TimeWords): ReadDate | undefined {
  const named = matchAt(MONTH_DAY, text, at);
  const month = words.months.get(plain(textAt(named, 1)));
  if (named === undefined || month === undefined) return undefined;
  const [whole, , day, year] = named;
  if (!isDay(year === undefined ? LEAP_YEAR : Number(year), month, Number(day))) return undefined;
  return { end: at + whole.length, needsClock: year === undefined, ...(year === undefined && { lacksYear: true }) };
}

function fullYear(year = ''): number {
  return year.length === 2 ? 2000 + Number(year) : Number(year);
}

function withYearSign(text: string, end: number): number {
  return end + (matchAt(YEAR_SIGN, text, end)?.[0].length ?? 0);
}
