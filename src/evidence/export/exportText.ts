import { countLoneSurrogates } from '../text/textFacts.ts';

/** Counts characters that an export had to replace. Create one tally for each file. */
export class ExportTally {
  #loneSurrogates = 0;

  /** Number of lone surrogates that became U+FFFD. */
  get loneSurrogates(): number {
    return this.#loneSurrogates;
  }

  /** Replaces lone surrogates with U+FFFD and counts them. UTF-8 cannot encode them. The text's hash does the same. */
  wellFormed(text: string): string {
    if (text.isWellFormed()) return text;
    this.#loneSurrogates += countLoneSurrogates(text);
    return text.toWellFormed();
  }
}

/** Characters that `JSON.stringify` does not escape, although Python, JavaScript and others treat them as line ends. */
const LINE_ENDS = /[\u0085\u2028\u2029]/gu;

/**
 * Returns JSON that every reader accepts. It contains no escape of a lone surrogate, because strict readers refuse such
 * an escape. No string in it contains a character that a program could treat as a line end.
 *
 * @param indent - number of blanks per level; undefined to write the JSON on one line
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
