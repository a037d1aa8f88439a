import { createHash } from 'node:crypto';
import { ErrorLineCounter } from '../text/errorLines.ts';
import { TextMeter } from '../text/textFacts.ts';
import type { TextFacts } from '../text/textFacts.ts';
import { findParts, PART_LINES } from '../text/textParts.ts';
import type { PartLimits, TextPart } from '../text/textParts.ts';
import type { PartStart } from '../../base/resultUri.ts';
import { endOfWhole } from './wholeCharacters.ts';

/** A stored piece of a text: complete lines, unless one line is longer than a section. */
export interface Section {
  readonly text: string;
  /** Line end between this section and the next section. It belongs to neither. Empty if the line continues. */
  readonly lineEnd: string;
  /** Start of the section in the complete text, counted from 1. */
  readonly first: PartStart;
  /** The line in which the section ends, counted from 1. */
  readonly lastLine: number;
}

/** Facts about a text after all its sections were written. */
export interface WrittenText {
  readonly facts: TextFacts;
  /** SHA-256 of the text as UTF-8: see `hashText`. */
  readonly sha256: string;
  /** Size of the text as UTF-8, in bytes. */
  readonly bytes: number;
  /** Number of lines with content: see `countErrorLines`. */
  readonly sayingLines: number;
}

/**
 * Limit for a section, in UTF-16 units. Small strings are freed quickly. With a limit of 2 MiB, the same work takes
 * 120 MB more memory, and a third more time.
 */
const SECTION_UNITS = 128 * 1024;

/**
 * Divides a text that arrives in pieces into sections. `findParts` would divide the complete text into the same
 * sections. Also counts and hashes the text.
 */
export class SectionWriter {
  readonly #write: (section: Section) => void;
  readonly #limits: PartLimits;
  readonly #meter = new TextMeter();
  readonly #errorLines = new ErrorLineCounter();
  readonly #hash = createHash('sha256');
  #bytes = 0;
  /** End of the last piece, if it may be the first half of a line end or of a surrogate pair. */
  #held = '';
  /**
   * Text that is not written yet. The pieces are joined only before they are divided, because a growing string would be
   * copied repeatedly.
   */
  #pending: string[] = [];
  #pendingUnits = 0;
  /** Start of the pending text in the complete text. */
  #first: PartStart = { line: 1, column: 1 };

  constructor(write: (section: Section) => void, limits: PartLimits = { units: SECTION_UNITS, lines: PART_LINES }) {
    this.#write = write;
    this.#limits = limits;
  }

  add(stretch: string): void {
    const text = this.#held + stretch;
    const end = endOfWhole(text);
    this.#held = text.slice(end);
    this.#take(text.slice(0, end));
    // The text is not divided after every piece, because each division reads all of the pending text again.
    if (this.#pendingUnits > 2 * this.#limits.units) this.#divide(false);
  }

  end(): WrittenText {
    this.#take(this.#held);
    this.#divide(true);
    return {
      facts: this.#meter.facts(),
      sha256: this.#hash.digest('hex'),
      bytes: this.#bytes,
      sayingLines: this.#errorLines.count(),
    };
  }

  #take(text: string): void {
    this.#meter.add(text);
    this.#errorLines.add(text);
    this.#hash.update(text, 'utf8');
    this.#bytes += Buffer.byteLength(text);
    this.#pending.push(text);
    this.#pendingUnits += text.length;
  }

  #divide(isLast: boolean): void {
    const text = this.#pending.join('');
    const parts = findParts(text, this.#limits);
    for (const [at, part] of parts.entries()) {
      const next = parts[at + 1];
      const first = this.#inWhole(part.first);
      if (next !== undefined || isLast) {
        this.#write({
          text: text.slice(part.start, part.end),
          lineEnd: text.slice(part.end, next?.start ?? part.end),
          first,
          lastLine: this.#first.line + part.lastLine - 1,
        });
      }
      if (next === undefined) {
        this.#first = first;
        this.#pending = isLast ? [] : [text.slice(part.start)];
        this.#pendingUnits = isLast ? 0 : text.length - part.start;
      }
    }
  }

  #inWhole({ line, column }: TextPart['first']): PartStart {
    return { line: this.#first.line + line - 1, column: line === 1 ? this.#first.column + column - 1 : column };
  }
}
