/** Languages of devices whose names of months and days are known, besides English. */
const LANGUAGES = 'en de tr fr ru es it pt pl nl fi sv da nb cs hu ro uk el zh ja ko'.split(' ');

/** Names of months and of days of the week as dates use them, in lower case and without a stop at the end. */
export interface TimeWords {
  /** From 1; a name that two languages use for different months is in none. */
  readonly months: ReadonlyMap<string, number>;
  readonly days: ReadonlySet<string>;
}

/** Short names of months that are words of English: `10 set 2030` is no date. */
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

/** Names shorter than this are words of too many languages. */
const MIN_LETTERS = 3;

/**
 * Reads the names from the system's own tables (CLDR through `Intl`), in the form that stands beside a day: genitives
 * such as `ноября`, and abbreviations.
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
          const word = plain(format.formatToParts(time).find(({ type }) => type === 'month')?.value ?? '');
          if (word.length < MIN_LETTERS || ENGLISH_WORDS.has(word)) continue;
          if ((months.get(word) ?? month) !== month) twice.add(word);
          months.set(word, month);
        }
      }
      const weekday = new Intl.DateTimeFormat(language, { weekday: length, timeZone: 'UTC' });
      for (let day = 1; day <= 7; day++) {
        const name = plain(weekday.format(Date.UTC(2026, 10, day)));
        // `segunda-feira` is read as a word and what follows it.
        for (const word of [name, name.replace(/-feira$/u, '')]) days.add(word);
      }
    }
  }
  for (const word of twice) months.delete(word);
  return { months, days };
}

/** A name as it is looked up: without its case, the Turkish one's too, and without a stop. */
export function plain(word: string): string {
  return word.toLowerCase().replaceAll('ı', 'i').replace(/\.$/u, '');
}
