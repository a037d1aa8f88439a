/** Languages of devices, besides English, whose names of months and days are known. */
const LANGUAGES = 'en de tr fr ru es it pt pl nl fi sv da nb cs hu ro uk el zh ja ko'.split(' ');

/** Names of months and of days of the week as dates use them, in lower case and without a full stop at the end. */
export interface TimeWords {
  /** Months by name, from 1. A name that two languages use for different months is left out. */
  readonly months: ReadonlyMap<string, number>;
  readonly days: ReadonlySet<string>;
}

/** Short names of months that are also English words: `10 set 2030` is not a date. */
const ENGLISH_WORDS: ReadonlySet<string> = new Set([
  'out',
  'set',
  'ago',
  'lug',
  'gen',
  'mag',
  'pro',
  'led',
  'lip',
  'lut',
]);

/** Minimum length of a month's name. Shorter names are words in too many languages. */
const MIN_LETTERS = 3;

/**
 * Reads the names from the system's own tables (CLDR through `Intl`). Reads the variants that occur in a date with a
 * day: genitives such as `ноября`, and abbreviations.
 */
export function readTimeWords(): TimeWords {
  const months = new Map<string, number>();
  const twice = new Set<string>();
  const days = new Set<string>();
  for (const language of LANGUAGES) {
    for (const length of ['long', 'short'] as const) {
      const inDate = new Intl.DateTimeFormat(language, { month: length, day: 'numeric', timeZone: 'UTC' });
      const alone = new Intl.DateTimeFormat(language, { month: length, timeZone: 'UTC' });
      for (let month = 1; month <= 12; month++) {
        const time = Date.UTC(2026, month - 1, 11);
        for (const format of [inDate, alone]) {
          const word = plain(monthOf(format, time));
          if (word.length < MIN_LETTERS || ENGLISH_WORDS.has(word)) continue;
          if ((months.get(word) ?? month) !== month) twice.add(word);
          months.set(word, month);
        }
      }
      const weekday = new Intl.DateTimeFormat(language, { weekday: length, timeZone: 'UTC' });
      for (let day = 1; day <= 7; day++) {
        const name = plain(weekday.format(Date.UTC(2026, 10, day)));
        // One of the patterns for dates reads only `segunda` of `segunda-feira`, so both forms are added.
        for (const word of [name, name.replace(/-feira$/u, '')]) days.add(word);
      }
    }
  }
  for (const word of twice) months.delete(word);
  return { months, days };
}

/** Returns the name of the month as it stands in a date. */
function monthOf(format: Intl.DateTimeFormat, time: number): string {
  const parts = format.formatToParts(time).filter(({ type }) => type === 'month');
  return parts.map(({ value }) => value).join('');
}

/**
 * Converts a name for the lookup: to lower case, with the Turkish `ı` as `i`, and without a full stop at the end.
 */
export function plain(word: string): string {
  return word.toLowerCase().replaceAll('ı', 'i').replace(/\.$/u, '');
}
