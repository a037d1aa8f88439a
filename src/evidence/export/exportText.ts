import { countLoneSurrogates } from '../text/textFacts.ts';

/** Counts characters that an export had to replace. Use one for each file. */
export class ExportTally {
  #loneSurrogates = 0;

  /** Number of lone surrogates that became U+FFFD. */
  get loneSurrogates(): number {
    return this.#loneSurrogates;
  }

  /** Returns a text in the form that UTF-8 can carry, which is also the form of its hash. Counts what is replaced. */
  wellFormed(text: string): string {
    if (text.isWellFormed()) return text;
    this.#loneSurrogates += countLoneSurrogates(text);
    return text.toWellFormed();
  }
}

/** Characters that `JSON.stringify` does not escape, but that Python, JavaScript and others take for line ends. */
const LINE_ENDS = /[\u0085\u2028\u2029]/gu;

/**
 * Returns JSON that every reader accepts. It has no escape of a lone surrogate, which strict readers refuse, and no
 * character that a reader of lines takes for a line end.
 *
 * @param indent - blanks per level; undefined for everything on one line
 */
export function toStrictJson(value: unknown, tally: ExportTally, indent?: number): string {
  const replace = (_key: string, part: unknown): unknown => (typeof part === 'string' ? tally.wellFormed(part) : part);
  return JSON.stringify(value, replace, indent).replaceAll(
    LINE_ENDS,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Returns a row of an NDJSON file with its line end. A row with replaced characters states their number. */
export function toNdjsonRow(row: object, tally: ExportTally): string {
  const before = tally.loneSurrogates;
  const line = toStrictJson(row, tally);
  const loneSurrogates = tally.loneSurrogates - before;
  if (loneSurrogates === 0) return `${line}\n`;
  return `${line.slice(0, -1)},"loneSurrogates":${loneSurrogates.toString()}}\n`;
}
