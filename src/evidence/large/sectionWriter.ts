import { createHash } from 'node:crypto';
import { ErrorLineCounter } from '../text/errorLines.ts';
import { TextMeter } from '../text/textFacts.ts';
import type { TextFacts } from '../text/textFacts.ts';
import { findParts, PART_LINES } from '../text/textParts.ts';
import type { PartLimits, TextPart } from '../text/textParts.ts';
import type { PartStart } from '../../base/resultUri.ts';
import { endOfWhole } from './wholeCharacters.ts';

/** A stretch of a text as it is stored: whole lines, unless one is longer than a section. */
export interface Section {
  readonly text: string;
  /** What stands between this section and the next one, and belongs to neither: '' where a line goes on. */
  readonly lineEnd: string;
  /** Where it begins in the whole, from 1. */
  readonly first: PartStart;
  /** The line that it ends in, from 1. */
  readonly lastLine: number;
}

/** What is known of a text when all of it was written. */
export interface WrittenText {
  readonly facts: TextFacts;
  /** Of the text as UTF-8: see `hashText`. */
  readonly sha256: string;
  /** Its size as UTF-8. */
  readonly bytes: number;
  /** Lines of it that say something: see `countErrorLines`. */
  readonly sayingLines: number;
}

/** Small ones are cheap to throw away: with 2 MiB the same work takes 120 MB more, and a third more time. */
const SECTION_UNITS = 128 * 1024;

/** Divides a text that comes in stretches into sections, as `findParts` would divide the whole, and measures it. */
export class SectionWriter {
  readonly #write: (section: Section) => void;
  readonly #limits: PartLimits;
  readonly #meter = new TextMeter();
  readonly #errorLines = new ErrorLineCounter();
  readonly #hash = createHash('sha256');
  #bytes = 0;
  /** The end of the last stretch, which may be half of something. */
  #held = '';
  /** What is not written yet: joined when it is divided, as growing one string would copy it again and again. */
  #pending: string[] = [];
  #pendingUnits = 0;
  /** Where the pending text begins in the whole. */
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
    // Not with each stretch: what is left over is looked at again.
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
    const last = parts.at(-1);
    if (last === undefined) return;
    for (const [at, part] of parts.entries()) {
      if (part === last && !isLast) break;
      const next = parts[at + 1]?.start ?? part.end;
      this.#write({
        text: text.slice(part.start, part.end),
        lineEnd: text.slice(part.end, next),
        first: this.#inWhole(part.first),
        lastLine: this.#first.line + part.lastLine - 1,
      });
    }
    this.#first = this.#inWhole(last.first);
    this.#pending = isLast ? [] : [text.slice(last.start)];
    this.#pendingUnits = isLast ? 0 : text.length - last.start;
  }

  #inWhole({ line, column }: TextPart['first']): PartStart {
    return { line: this.#first.line + line - 1, column: line === 1 ? this.#first.column + column - 1 : column };
  }
}
