import { emptied, groupSections, sectionsOf } from '../../evidence/large/groupSections.ts';
import type { LineSpan } from '../../evidence/large/groupSections.ts';
import { PART_LINES, PART_UNITS, WHOLE_BYTES } from '../../evidence/textParts.ts';
import { resultKey } from '../../evidence/uri.ts';
import type { PartStart, ResultRef, ResultStream } from '../../evidence/uri.ts';
import type { KeptResults } from '../../storage/keptResults.ts';
import type { SectionPlace } from '../../storage/largeTable.ts';
import type { StreamFacts } from '../storedResult.ts';
import { readFacts, ResultDamaged } from './storedTexts.ts';
import type { TextParts } from './viewCalls.ts';

/** More of a text was asked for than can be held at once. Told by its name, which crosses the border of the thread. */
export class TextTooLarge extends Error {
  override readonly name = 'TextTooLarge';
}

/** A text of a result that is stored in pieces. */
export class LargeText {
  readonly #results: KeptResults;
  readonly #key: string;
  readonly #source: number;
  readonly #facts: StreamFacts;

  constructor(results: KeptResults, key: string, source: number, facts: StreamFacts) {
    this.#results = results;
    this.#key = key;
    this.#source = source;
    this.#facts = facts;
  }

  /** How it is divided into documents. */
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

  /** The text of the part that begins there; undefined where none does. */
  part({ line, column }: PartStart): string | undefined {
    const group = this.#groups().find(([begin]) => begin?.first.line === line && begin.first.column === column);
    if (group === undefined) return undefined;
    const text = group.map((place) => this.#read(place) + place.lineEnd).join('');
    return text.slice(0, text.length - (group.at(-1)?.lineEnd.length ?? 0));
  }

  /**
   * All of it.
   * @param lines - only these are needed: others may be empty, but each has its place
   * @throws TextTooLarge
   */
  text(lines?: readonly LineSpan[]): string {
    const places = this.#places();
    const wanted = lines === undefined ? new Set(places) : sectionsOf(places, lines);
    const size = [...wanted].reduce((sum, place) => sum + place.documentBytes, 0);
    if (size > WHOLE_BYTES) throw new TextTooLarge(`${size.toString()} bytes`);
    return places
      .map((place, at) => {
        if (!wanted.has(place)) return emptied(place);
        const next = places[at + 1];
        // A CR in front of an emptied section would become one line end with its LF.
        const lineEnd = next === undefined || wanted.has(next) || place.lineEnd === '' ? place.lineEnd : '\n';
        return this.#read(place) + lineEnd;
      })
      .join('');
  }

  /** One stretch after the other, each with the line end behind it, and where it begins. */
  *stretches(): Generator<{ readonly text: string; readonly first: PartStart }> {
    for (const place of this.#places()) yield { text: this.#read(place) + place.lineEnd, first: place.first };
  }

  #groups(): readonly (readonly SectionPlace[])[] {
    return groupSections(this.#places(), { units: PART_UNITS, lines: PART_LINES });
  }

  #places(): SectionPlace[] {
    return this.#results.inPieces(({ large }) => large.places(this.#key, this.#source));
  }

  #read({ n }: SectionPlace): string {
    return orSetAside(this.#results, this.#key, () =>
      this.#results.inPieces(({ large }) => large.section(this.#key, this.#source, n)),
    );
  }
}

/** The text of a result that is stored in pieces; undefined where the result is stored whole, or not at all. */
export function findLargeText(results: KeptResults, ref: ResultRef, stream: ResultStream): LargeText | undefined {
  const key = resultKey(ref);
  const json = results.facts(key);
  const facts = json === undefined ? undefined : readFacts(json);
  if (facts?.large === undefined || stream === 'raw') return undefined;
  const source = facts.large[stream];
  const known = facts.transcript?.[stream];
  return source === undefined || known === undefined ? undefined : new LargeText(results, key, source, known);
}

/** @throws ResultDamaged where the pieces are not those that were stored; the result is then set aside */
export function orSetAside<Answer>(results: KeptResults, key: string, work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SectionDamaged') throw error;
    results.setAside(key, Date.now());
    throw new ResultDamaged(error.message);
  }
}

/** With its mark, and without the line end behind the last section. */
function documentBytes(group: readonly SectionPlace[]): number {
  const MARK = 3;
  const sum = group.reduce((all, place) => all + place.documentBytes + place.lineEnd.length, MARK);
  return sum - (group.at(-1)?.lineEnd.length ?? 0);
}
