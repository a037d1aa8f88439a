import { findInLine, INDICATOR_KINDS, NO_COLUMN } from './lineIndicators.ts';
import type { Column, FoundIndicator, IndicatorKind } from './lineIndicators.ts';
import { cutRanges } from './quote.ts';
import type { Range } from './quote.ts';

/** One indicator of a text, however often it stands there. */
export interface Indicator {
  readonly kind: IndicatorKind;
  /** As it was written where it stands first. */
  readonly value: string;
  readonly count: number;
  /** From 1. */
  readonly firstLine: number;
}

/**
 * Collects the indicators of a text, each once, by kind and in the order of the text. What could be a file, a version or
 * a member of an object is left out: a wrong one costs more than one that is missing.
 *
 * @param ranges - only what stands in these; lines stay those of the whole text
 */
export function collectIndicators(text: string, ranges?: readonly Range[]): Indicator[] {
  const collected = new Collection<Indicator>();
  const pieces = ranges === undefined ? [text] : cutRanges(text, ranges);
  for (const [at, piece] of pieces.entries()) {
    const linesBefore = ranges?.[at]?.start.line ?? 0;
    scanIndicators(piece, ({ kind, value }, line) => {
      collected.add(kind, value, 1, () => ({ kind, value, count: 1, firstLine: linesBefore + line }));
    });
  }
  return collected.sorted();
}

/** Joins what was found in several texts: counts are added up, and what is said of the first place is kept. */
export function mergeIndicators<Found extends Indicator>(lists: readonly (readonly Found[])[]): Found[] {
  const collected = new Collection<Found>();
  for (const one of lists.flat()) collected.add(one.kind, one.value, one.count, () => one);
  return collected.sorted();
}

/** Each indicator once, with its count. */
class Collection<Found extends Indicator> {
  readonly #byKey = new Map<string, { readonly first: Found; count: number }>();

  add(kind: IndicatorKind, value: string, count: number, describe: () => Found): void {
    const key = `${kind} ${isCaseSensitive(kind, value) ? value : value.toLowerCase()}`;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, { first: describe(), count });
    else known.count += count;
  }

  sorted(): Found[] {
    return [...this.#byKey.values()]
      .map(({ first, count }) => ({ ...first, count }))
      .sort((one, other) => INDICATOR_KINDS.indexOf(one.kind) - INDICATOR_KINDS.indexOf(other.kind));
  }
}

function isCaseSensitive(kind: IndicatorKind, value: string): boolean {
  return kind === 'url' || (kind === 'path' && value.startsWith('/'));
}

/**
 * Finds every indicator, in the order of the text, those inside another one behind it.
 *
 * @param visit - is told each one with its line, from 1, and where that line begins
 */
export function scanIndicators(
  text: string,
  visit: (found: FoundIndicator, line: number, lineStart: number) => void,
): void {
  let column = NO_COLUMN;
  let number = 0;
  let start = 0;
  while (start <= text.length) {
    const end = endOfLine(text, start);
    number++;
    const line = text.slice(start, end);
    column = versionColumn(line, column);
    // Nearly every line is short: it is looked at as it is.
    if (line.length <= MAX_LINE) for (const found of findInLine(line, column)) visit(found, number, start);
    else {
      const [lineNumber, lineStart] = [number, start];
      scanLongLine(line, (found, at) => {
        visit(found, lineNumber, lineStart + at);
      });
    }
    start = end + (text.startsWith('\r\n', end) ? 2 : 1);
  }
}

/**
 * Lines that are looked at whole, in UTF-16 units. A pattern that repeats a group runs out of V8's stack on a line of
 * some megabytes, and throws.
 */
const MAX_LINE = 65_536;
/** So far back a place is looked for where a long line may be cut: longer than any host name, path or hash. */
const MAX_BACK = 4096;

/** Looks at a long line in stretches. */
function scanLongLine(line: string, visit: (found: FoundIndicator, stretchStart: number) => void): void {
  for (let start = 0; start < line.length;) {
    const end = line.length - start <= MAX_LINE ? line.length : findCut(line, start + MAX_LINE).at;
    for (const found of findInLine(line.slice(start, end), NO_COLUMN)) visit(found, start);
    start = end;
  }
}

/**
 * Finds where a long line is cut, at most so far: behind a sign that stands in no address, else behind one that
 * stands in no name, hash or number. `splits`: there is neither, so that an address or a path that stands there is seen in two pieces.
 */
function findCut(line: string, limit: number): { readonly at: number; readonly splits: boolean } {
  const near = line.slice(limit - MAX_BACK, limit);
  for (const [pattern, splits] of [
    [/[\s"<>`{}|]/u, false],
    [/[^\w.:@%+[\]\\-]/u, true],
  ] as const) {
    for (let at = near.length; at > 0; at--) {
      if (pattern.test(near.charAt(at - 1))) return { at: limit - MAX_BACK + at, splits };
    }
  }
  return { at: limit, splits: true };
}

/**
 * Counts the places where long lines are cut in the middle of a word of 4 kB or more, for whoever has to say that an
 * indicator may be missing or incomplete there: {@link collectIndicators} and `defang` look at 64 kB of a line at once.
 *
 * @param ranges - only what stands in these
 */
export function countCuts(text: string, ranges?: readonly Range[]): number {
  let cuts = 0;
  for (const piece of ranges === undefined ? [text] : cutRanges(text, ranges)) {
    for (let start = 0; start < piece.length;) {
      const end = endOfLine(piece, start);
      while (end - start > MAX_LINE) {
        const { at, splits } = findCut(piece, start + MAX_LINE);
        if (splits) cuts++;
        start = at;
      }
      start = end + 1;
    }
  }
  return cuts;
}

const LINE_END = /[\r\n]/g;

function endOfLine(text: string, start: number): number {
  LINE_END.lastIndex = start;
  return LINE_END.exec(text)?.index ?? text.length;
}

function versionColumn(line: string, before: Column): Column {
  if (line === '' || line.trim() === '') return NO_COLUMN;
  if (line.length > 400 || !(line.includes('ersion') || line.includes('ERSION'))) return before;
  const match = /(?:^|\s{2}|\t)\s*(\w*Version)(?=\s*$|\s{2}|\t)/iu.exec(line);
  if (match === null || /[:=]/u.test(line)) return before;
  const end = match.index + match[0].length;
  return { isSet: true, start: end - (match[1]?.length ?? 0), end };
}
