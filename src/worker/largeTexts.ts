import type { LineRange } from '../base/places.ts';
import { emptied, groupSections, sectionsOf } from '../evidence/large/groupSections.ts';
import { documentSize, toDocumentBytes, toDocumentText } from '../evidence/text/documentText.ts';
import { PART_LINES, PART_UNITS, WHOLE_BYTES } from '../evidence/text/textParts.ts';
import type { PartLimits } from '../evidence/text/textParts.ts';
import { resultKey } from '../base/resultUri.ts';
import type { PartStart, ResultRef, ResultStream } from '../base/resultUri.ts';
import type { KeptResults } from '../storage/keptResults.ts';
import { SectionDamaged } from '../storage/largeTable.ts';
import type { SectionPlace, StoredText } from '../storage/largeTable.ts';
import type { StoredFacts, StreamFacts } from '../model/storedResult.ts';
import { release } from '../base/release.ts';
import { factsOf, ResultDamaged } from './storedTexts.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';

/**
 * Thrown if a request needs more text than can be held in memory at once. It is recognized by its name, because its
 * class is lost at the border of the thread.
 */
export class TextTooLarge extends Error {
  override readonly name = 'TextTooLarge';
}

/**
 * Limits of a part. They are half of the usual size, because VS Code needs some ten times a document's size while it
 * opens the document. This memory is needed in addition to the memory that the arrival of a large result took.
 */
const LIMITS: PartLimits = { units: PART_UNITS / 2, lines: PART_LINES };

/** A text of a result that is stored in pieces. */
export class LargeText {
  readonly #results: KeptResults;
  readonly #key: string;
  readonly #id: number;
  readonly #source: number;
  readonly #facts: StreamFacts;

  constructor(results: KeptResults, { key, id }: LargeResultRow, source: number, facts: StreamFacts) {
    this.#results = results;
    this.#key = key;
    this.#id = id;
    this.#source = source;
    this.#facts = facts;
  }

  /** Returns the parts into which the text is divided. */
  parts(): TextParts {
    return {
      documentBytes: this.#facts.documentBytes,
      lines: this.#facts.lines,
      parts: this.#groups().flatMap((group) => {
        const first = group[0]?.first;
        const last = group.at(-1);
        return first === undefined || last === undefined
          ? []
          : { first, lastLine: last.lastLine, documentBytes: documentBytes(group) };
      }),
    };
  }

  /**
   * Returns the document of the part that begins at a place, with the same bytes as from `toDocumentBytes`. Returns
   * undefined if no part begins there.
   */
  document({ line, column }: PartStart): Uint8Array<ArrayBuffer> | undefined {
    const group = this.#groups().find(([begin]) => begin?.first.line === line && begin.first.column === column);
    if (group === undefined) return undefined;
    // Each section is encoded into its place, because a string of the complete part would need twice the memory.
    const bytes = new Uint8Array(documentBytes(group));
    bytes.set(toDocumentBytes(''));
    const encoder = new TextEncoder();
    let at = documentBytes([]);
    for (const place of group) {
      const lineEnd = place === group.at(-1) ? '' : place.lineEnd;
      at += encoder.encodeInto(toDocumentText(this.#read(place)) + lineEnd, bytes.subarray(at)).written;
    }
    return bytes;
  }

  /**
   * Returns the complete text.
   * @param lines - the lines that are needed. Other lines may be empty, but their number is right
   * @throws TextTooLarge
   */
  text(lines?: readonly LineRange[]): string {
    const places = this.#places();
    const wanted = lines === undefined ? new Set(places) : sectionsOf(places, lines);
    const size = [...wanted].reduce((sum, place) => sum + place.documentBytes, 0);
    if (size > WHOLE_BYTES) throw new TextTooLarge(`${size.toString()} bytes`);
    return places
      .map((place, at) => {
        if (!wanted.has(place)) return emptied(place);
        const next = places[at + 1];
        // If the next section is left out, only its line ends are returned, as LF. A CR before them would form one line
        // end with the first LF, so LF is used instead of the CR.
        const lineEnd = next === undefined || wanted.has(next) || place.lineEnd === '' ? place.lineEnd : '\n';
        return this.#read(place) + lineEnd;
      })
      .join('');
  }

  /** Yields the sections in order. Each has the line end after it, and the place at which it begins. */
  *stretches(): Generator<{ readonly text: string; readonly first: PartStart }> {
    for (const place of this.#places()) yield { text: this.#read(place) + place.lineEnd, first: place.first };
  }

  /**
   * Yields the text as UTF-8, in pieces. A piece is not valid any more when the next piece is requested. Lone
   * surrogates become U+FFFD.
   */
  *bytes(): Generator<Uint8Array> {
    for (const place of this.#places()) {
      const { bytes, isUtf16 } = this.#stored(place);
      yield isUtf16 ? Buffer.from(this.#read(place)) : bytes;
      release(bytes);
      if (place.lineEnd !== '') yield Buffer.from(place.lineEnd);
    }
  }

  #groups(): readonly (readonly SectionPlace[])[] {
    return groupSections(this.#places(), LIMITS);
  }

  #places(): SectionPlace[] {
    return orSetAside(this.#results, { key: this.#key, id: this.#id }, () => {
      const places = this.#results.inPieces(({ large }) => large.places(this.#id, this.#source));
      const length = places.reduce((sum, { units, lineEnd }) => sum + units + lineEnd.length, 0);
      // The hashes of the sections do not show that a section is missing.
      if (length !== this.#facts.length) throw new SectionDamaged(`${length.toString()} units`);
      return places;
    });
  }

  #read(place: SectionPlace): string {
    const { bytes, isUtf16 } = this.#stored(place);
    const encoding = isUtf16 ? 'utf16le' : 'utf8';
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding);
    release(bytes);
    return text;
  }

  #stored({ n }: SectionPlace): StoredText {
    return orSetAside(this.#results, { key: this.#key, id: this.#id }, () =>
      this.#results.inPieces(({ large }) => large.section(this.#id, this.#source, n)),
    );
  }
}

/**
 * Identifies a result in pieces: its key, and its id. The id is unique among all results that were ever stored under
 * this key.
 */
export interface LargeResultRow {
  readonly key: string;
  readonly id: number;
}

/** The row and the facts of a result in pieces. */
export interface FoundLarge {
  readonly row: LargeResultRow;
  readonly facts: StoredFacts;
}

/** Finds a stored result in pieces. Returns undefined if the result is stored in one piece, or not at all. */
export function findLarge(results: KeptResults, ref: ResultRef): FoundLarge | undefined {
  const key = resultKey(ref);
  const facts = factsOf(results, key);
  if (facts?.large === undefined) return undefined;
  const id = results.inPieces(({ large }) => large.idOf(key));
  return id === undefined ? undefined : { row: { key, id }, facts };
}

/**
 * Finds a text of a result that is stored in pieces. Returns undefined if the result is stored in one piece, or not at
 * all.
 */
export function findLargeText(results: KeptResults, ref: ResultRef, stream: ResultStream): LargeText | undefined {
  // The file itself has no sections.
  if (stream === 'raw') return undefined;
  const found = findLarge(results, ref);
  return found === undefined ? undefined : textOfLarge(results, found, stream);
}

/** Returns a text of a result in pieces, or undefined if the file has no such text. */
export function textOfLarge(
  results: KeptResults,
  { row, facts }: FoundLarge,
  stream: 'output' | 'errors',
): LargeText | undefined {
  const source = facts.large?.[stream];
  const known = facts.transcript?.[stream];
  return source === undefined || known === undefined ? undefined : new LargeText(results, row, source, known);
}

/**
 * Runs work, and sets the result aside if its pieces are damaged.
 *
 * @throws ResultDamaged if the pieces differ from the stored pieces; the result is then set aside. ResultGone if this
 * or another window deleted or replaced the result in the meantime
 */
export function orSetAside<Answer>(results: KeptResults, { key, id }: LargeResultRow, work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SectionDamaged)) throw error;
    if (results.inPieces(({ large }) => large.idOf(key)) !== id) throw new ResultGone();
    results.setAside(key, Date.now());
    throw new ResultDamaged(error.message);
  }
}

/** Thrown if a result was deleted or replaced while it was read. */
export class ResultGone extends Error {
  override readonly name = 'ResultGone';
}

/**
 * Returns the size of a document in bytes. It includes the byte order mark, but not the line end after the last
 * section.
 */
function documentBytes(group: readonly SectionPlace[]): number {
  const empty = documentSize('', 0);
  const sum = group.reduce((all, place) => all + place.documentBytes + place.lineEnd.length, empty);
  return sum - (group.at(-1)?.lineEnd.length ?? 0);
}
