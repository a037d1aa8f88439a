import { textAt } from '../../base/atIndex.ts';
import type { Offsets } from '../../base/places.ts';
import { isDay, matchAt, readNamedDate, readNumericDate } from './timeForms.ts';
import type { ReadDate } from './timeForms.ts';
import { plain, readTimeWords } from './timeWords.ts';
import type { TimeWords } from './timeWords.ts';

/** A number or a word that does not continue a longer number, version, path or address. */
const BEGINNING = /(?<![\p{L}\p{M}\d./-])(?<![\p{L}\p{M}\d:\]]:)(?:\d{1,14}|\p{L}{2,14})/gu;

/**
 * A time of day. Three digits after a comma are milliseconds only if a blank, a bracket, a quotation mark or the zone
 * `Z` follows. Otherwise they are the next cell of a CSV.
 */
const CLOCK = /(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9}|,\d{3}(?=[ \]zZ"]))?)?(?![\d:])/uy;
/** A time of day such as `21.04.41`. Read only after a date, because alone it may be a version or a date. */
const CLOCK_WITH_STOPS = /(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.])/uy;
const CLOCK_WITH_SIGNS = /(\d{1,2})(?:時|时|點|点|시) ?(\d{1,2})(?:分|분)(?: ?(\d{1,2})(?:秒|초))?/uy;
/** Half of the day (AM or PM), before the time of day. */
const HALF_BEFORE = /(?:上午|下午|午前|午後|오전|오후|ÖÖ|ÖS|π\.?μ\.?|μ\.?μ\.?) ?/uy;
/** Half of the day (AM or PM), after the time of day. */
const HALF_BEHIND = /[ \u202f]?(?:[ap]\.?[ \u00a0\u202f]?m\b\.?|ÖÖ|ÖS|π\.?μ\.?|μ\.?μ\.?)/iuy;
const ZONE_NAMES = 'utc|gmt|cet|cest|est|edt|cst|cdt|mst|mdt|pst|pdt|bst|msk|trt|eet|eest|jst';
/** Time zone offsets that exist. `-4711` after a time of day is not an offset but another number. */
const OFFSET = '[+-](?:0\\d|1[0-4])(?::?(?:00|15|30|45))?(?![\\d:.])';
const ZONE = new RegExp(` ?(?:z\\b|(?:${ZONE_NAMES})\\b(?:[+-]\\d{1,2})?|${OFFSET}|\\((?:${ZONE_NAMES})\\))`, 'iuy');
/** Text between a date and its time of day. */
const BETWEEN =
  /(?:t|_|[:,](?=\d{1,2}:)|,? {1,8}(?:-|um|kl\.?|klo|at|à|às|a las|alle ore|ore|в|o|saat)? ?|T)(?=\d|上|下|午|오|Ö|π|μ)/iuy;
const DAY_BETWEEN = /(?: |(?=[星(])|(?<=日))\(?(\p{L}{1,14}),?\)?/uy;
/** The year after the time of day. `ctime` and `date` write the year last. OpenSSL writes it before the zone. */
const YEAR_BEHIND = new RegExp(`(?: (?:${ZONE_NAMES}))? (\\d{4})(?: GMT\\b)?(?![\\d.:/-])`, 'iuy');

/** Characters after a time that show that it is part of a longer number, version, address or path. */
const GOES_ON = /[\d:/]|[.-]\d|\p{Script=Latin}/uy;
/** Words before a version or a list of ports. Text after such a word is not a time, even if it looks like a time. */
const VERSION_BEFORE =
  /(?:\bports?|\bopen|\btcp|\budp|\bv|\bver|versions?|сборка|sürüm[^ ]{0,2}|build|release|rev|revision|firmware)[.:= "']{0,4}$/iu;

const WMI =
  /(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(?:\d{6}|\*{6})[+-](?:\d{3}|\*{3})|\.\d{1,3}Z|Z)(?![\d.])/uy;
const BASIC = /(\d{4})(\d{2})(\d{2})[T_-](\d{2})(\d{2})(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{4})?(?![\d.])/uy;
const BARE = /(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?(?![\d.])/uy;
/** Seconds or milliseconds since 1970. */
const EPOCH = /(\d{9,10})(?:\d{3})?(?:\.\d{1,9}|[+-]\d{4})?(?![\d.])/uy;
/** Range of valid epochs: 2001 to 2038, in seconds since 1970. */
const FIRST_EPOCH = 1e9;
const LAST_EPOCH = 2 ** 31;
/** Labels before a time: JSON of .NET, the log of auditd, and field names that say that the value is a time. */
const TIME_BEFORE =
  /(?:\/Date\(|\baudit\(|(?:(?<!up|down|run)time|date|epoch|stamp|_at|\bexp|\biat|\bnbf)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?)$/iu;

/**
 * Finds dates and times of day as systems, programs and logs write them. The known forms are ISO 8601, syslog, Apache,
 * ctime, RFC 1123 and 2822, WMI, JSON of .NET, and the local formats of Windows' languages. Text that could also be
 * something else does not count as a time. A date must exist in the calendar. Versions, ports and addresses are not
 * times.
 */
export function findTimes(text: string): Offsets[] {
  const finder = new TimeFinder(text);
  return finder.find();
}

/** Replaces every time in a text with the same word. */
export function replaceTimes(text: string, becomes: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of findTimes(text)) {
    pieces.push(text.slice(from, start), becomes);
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

let timeWords: TimeWords | undefined;

class TimeFinder {
  readonly #text: string;
  readonly #words = (timeWords ??= readTimeWords());

  constructor(text: string) {
    this.#text = text;
  }

  find(): Offsets[] {
    const found: Offsets[] = [];
    BEGINNING.lastIndex = 0;
    for (let one = BEGINNING.exec(this.#text); one !== null; one = BEGINNING.exec(this.#text)) {
      const end = this.#readAt(one.index, one[0]);
      if (end === undefined) continue;
      found.push({ start: one.index, end });
      BEGINNING.lastIndex = end;
    }
    return found;
  }

  /** Reads a time. @returns the offset after the time; undefined if no time begins at `at` */
  #readAt(at: number, first: string): number | undefined {
    const isNumber = /^\d/u.test(first);
    if (isNumber && first.length >= 8) return this.#compact(at);
    if (isNumber ? first.length === 3 || first.length > 4 : !this.#isTimeWord(first)) return undefined;
    const date = isNumber ? readNumericDate(this.#text, at, this.#words) : readNamedDate(this.#text, at, this.#words);
    if (date === undefined) return isNumber && first.length <= 2 ? this.#clockAlone(at) : undefined;
    const withClock = this.#clockBehind(date);
    if (withClock !== undefined) return this.#goesOn(withClock) ? undefined : withClock;
    return date.needsClock || this.#goesOn(date.end) || this.#isVersion(at) ? undefined : date.end;
  }

  #isTimeWord(word: string): boolean {
    const name = plain(word);
    return this.#words.months.has(name) || this.#words.days.has(name);
  }

  #compact(at: number): number | undefined {
    const isLabelled = TIME_BEFORE.test(this.#text.slice(Math.max(0, at - 30), at));
    const match =
      matchAt(WMI, this.#text, at) ??
      matchAt(BASIC, this.#text, at) ??
      (isLabelled ? matchAt(BARE, this.#text, at) : undefined);
    if (match !== undefined) {
      const [year = 0, month = 0, day = 0, ...clock] = match
        .slice(1, 7)
        .map((digits: string | undefined) => Number(digits ?? 0));
      if (isDay(year, month, day) && isClock(...clock)) return at + match[0].length;
    }
    const epoch = isLabelled ? matchAt(EPOCH, this.#text, at) : undefined;
    const seconds = Number(epoch?.[1]);
    return epoch !== undefined && seconds >= FIRST_EPOCH && seconds < LAST_EPOCH ? at + epoch[0].length : undefined;
  }

  #clockAlone(at: number): number | undefined {
    const match = matchAt(CLOCK, this.#text, at);
    if (match === undefined || !isClock(Number(match[1]), Number(match[2]), Number(match[3] ?? 0))) return undefined;
    const behind = at + match[0].length;
    const half = matchAt(HALF_BEHIND, this.#text, behind)?.[0].length ?? 0;
    // `12:34` can be a ratio, a port, or a chapter and a verse.
    if (match[3] === undefined && (half === 0 || Number(match[1]) > 12)) return undefined;
    const end = this.#withZone(behind + half);
    return this.#goesOn(end) ? undefined : end;
  }

  #clockBehind(date: ReadDate): number | undefined {
    const day = matchAt(DAY_BETWEEN, this.#text, date.end);
    const hasDay = this.#words.days.has(plain(textAt(day, 1)));
    const from = date.end + (hasDay ? textAt(day, 0).length : 0);
    const between = matchAt(BETWEEN, this.#text, from);
    if (between === undefined) return hasDay && !date.needsClock ? from : undefined;
    let at = from + between[0].length;
    at += matchAt(HALF_BEFORE, this.#text, at)?.[0].length ?? 0;
    const match =
      matchAt(CLOCK, this.#text, at) ??
      matchAt(CLOCK_WITH_STOPS, this.#text, at) ??
      matchAt(CLOCK_WITH_SIGNS, this.#text, at);
    if (match === undefined || !isClock(Number(match[1]), Number(match[2]), Number(match[3] ?? 0))) return undefined;
    const clock = at + match[0].length;
    const end = clock + (matchAt(HALF_BEHIND, this.#text, clock)?.[0].length ?? 0);
    if (!date.lacksYear) return this.#withZone(end);
    const year = matchAt(YEAR_BEHIND, this.#text, end);
    const isLast = date.hasDayName === true || / GMT$/iu.test(textAt(year, 0));
    const isYear = year !== undefined && isLast && isDay(Number(year[1]), 1, 1);
    return isYear ? end + year[0].length : this.#withZone(end);
  }

  #withZone(at: number): number {
    let end = at;
    for (let zone = matchAt(ZONE, this.#text, end); zone !== undefined && end < at + 16;) {
      end += zone[0].length;
      zone = matchAt(ZONE, this.#text, end);
    }
    return end;
  }

  #goesOn(end: number): boolean {
    return matchAt(GOES_ON, this.#text, end) !== undefined;
  }

  #isVersion(at: number): boolean {
    return VERSION_BEFORE.test(this.#text.slice(Math.max(0, at - 20), at));
  }
}

function isClock(hour = 24, minute = 60, second = 61): boolean {
  return hour <= 23 && minute <= 59 && second <= 60;
}
