import { countLoneSurrogates } from '../text/textFacts.ts';

/** Counts what an export could not write as it is. One for each file. */
export class ExportTally {
  #loneSurrogates = 0;

  /** Halves of surrogate pairs that became U+FFFD. */
  get loneSurrogates(): number {
    return this.#loneSurrogates;
  }

  /** Returns a text as UTF-8 can carry it, as its hash takes it too, and counts what is replaced. */
  wellFormed(text: string): string {
    if (text.isWellFormed()) return text;
    this.#loneSurrogates += countLoneSurrogates(text);
    return text.toWellFormed();
  }
}

/** Characters that `JSON.stringify` leaves as they are, and that Python, JavaScript and others take for line ends. */
const LINE_ENDS = /[\u0085\u2028\u2029]/gu;

/**
 * Returns JSON that every reader takes: no escape of half a surrogate pair, which strict readers refuse, and no
 * character that a reader of lines cuts at.
 *
 * @param indent - blanks a level; undefined: everything on one line
 */
export function toStrictJson(value: unknown, tally: ExportTally, indent?: number): string {
  const replace = (_key: string, part: unknown): unknown => (typeof part === 'string' ? tally.wellFormed(part) : part);
  return JSON.stringify(value, replace, indent).replaceAll(
    LINE_ENDS,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Returns a row of an NDJSON file with its line end. A row in which something was replaced says how often. */
export function toNdjsonRow(row: object, tally: ExportTally): string {
  const before = tally.loneSurrogates;
  const line = toStrictJson(row, tally);
  const loneSurrogates = tally.loneSurrogates - before;
  if (loneSurrogates === 0) return `${line}\n`;
  return `${line.slice(0, -1)},"loneSurrogates":${loneSurrogates.toString()}}\n`;
}
