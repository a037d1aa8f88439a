import { textAt } from '../../base/atIndex.ts';
import { CHARSETS, readingOf } from '../../base/textView.ts';
import type { Charset, Misreading, TextView } from '../../base/textView.ts';
import { measureOddness } from './oddness.ts';
import { readUtf16, undoMisreading } from './undoMisreading.ts';

/** A reading of a text that makes more sense than the received text. */
export interface Suggestion {
  readonly view: TextView;
  /** A line of the text as the view shows it. */
  readonly example: string;
}

/**
 * Length of the tried sample, in UTF-16 units. It is long enough to distinguish readings, and short enough to try all
 * of them.
 */
const SAMPLE = 4096;
const MAX_EXAMPLE = 80;
/**
 * Number of readings as UTF-8 for which a second misreading is tried. A text that was misread twice was UTF-8 between
 * the two.
 */
const MAX_TRIED_AGAIN = 4;

/** Encodings, the most common first. If two encodings give the same text, the first of them is named. */
const WRITTEN: readonly Charset[] = inOrder('utf8', 'utf16', 'cp850', 'windows1252');
const READ_AS: readonly Charset[] = inOrder('windows1252', 'cp850', 'cp437', 'utf8');

function inOrder(...names: readonly Charset[]): readonly Charset[] {
  return [...names, ...CHARSETS.filter((name) => !names.includes(name))];
}

/** Minimum gain of a reading, as a difference and as a factor. A smaller gain can be chance. */
const MIN_GAIN = 4;
const MIN_TIMES = 2;
/**
 * Maximum oddness of the suggestions after the best one: the oddness of the best one, multiplied by `MAX_TIMES`, plus
 * `MAX_BESIDES`.
 */
const MAX_TIMES = 2;
const MAX_BESIDES = 8;

/** Minimum gain if the text must have been misread twice. It is the oddness of two odd letters. */
const MUCH = 30;

interface Candidate {
  readonly view: TextView;
  readonly steps: number;
  /** Misreadings that the view undoes; none if it joins the bytes of UTF-16. */
  readonly misreadings: readonly Misreading[];
  readonly text: string;
  readonly odd: number;
}

/**
 * Suggests how a text was misread, the most likely suggestion first. Tries every pair of encodings on a sample: the
 * encoding in which the text may have been written, and the encoding by which it may have been read.
 *
 * @param most - maximum number of suggestions, each with a different text
 */
export function suggestReadings(text: string, most: number): readonly Suggestion[] {
  const sample = sampleOf(text);
  if (sample === '') return [];
  const odd = measureOddness(sample);
  const candidates = withoutTwins(sample, candidatesOf(sample, odd));
  const once = candidates.filter((candidate) => candidate.odd + MIN_GAIN <= odd && candidate.odd * MIN_TIMES < odd);
  const asUtf8 = candidates.filter(({ view }) => view.startsWith('utf8-as-'));
  const twice = asUtf8.slice(0, MAX_TRIED_AGAIN).flatMap((first) =>
    candidatesOf(first.text, first.odd).flatMap((rest): Candidate[] => {
      const misreadings = [...first.misreadings, ...rest.misreadings];
      return misreadings.length < 2 ? [] : [{ ...rest, misreadings, view: readingOf(misreadings), steps: 2 }];
    }),
  );
  // A second misreading must reduce the oddness much, because any text has some reading that is a little less odd.
  const best = once[0]?.odd ?? odd;
  const deeper = twice.filter((candidate) => candidate.odd + MUCH < best && candidate.odd * 3 < best);
  const all = withoutTwins(sample, [...once, ...deeper]);
  const limit = (all[0]?.odd ?? 0) * MAX_TIMES + MAX_BESIDES;
  return all
    .filter((candidate) => candidate.odd <= limit)
    .map(({ view, text: read }) => ({ view, example: exampleOf(read) }))
    .filter(({ example }) => example !== '')
    .slice(0, most);
}

/**
 * Suggests code pages for the bytes of a file.
 *
 * @param read - reads a part of the file by a code page
 */
export function suggestPages<Page extends Charset>(
  pages: readonly Page[],
  read: (page: Page) => string,
  most: number,
): readonly Suggestion[] {
  return pages
    .map((view) => ({ view, text: read(view) }))
    .map(({ view, text }) => ({ view, text, odd: measureOddness(text) }))
    .sort((a, b) => a.odd - b.odd)
    .filter(({ text }, at, all) => all.findIndex((other) => other.text === text) === at)
    .slice(0, most)
    .map(({ view, text }) => ({ view, example: exampleOf(text) }));
}

/** Returns all readings that change a text and make it less odd, the least odd first. */
function candidatesOf(sample: string, odd: number): readonly Candidate[] {
  const found: Candidate[] = [];
  const add = (view: TextView, text: string, misreadings: readonly Misreading[]): void => {
    if (text === sample) return;
    const left = measureOddness(text);
    if (left < odd) found.push({ view, steps: 1, misreadings, text, odd: left });
  };
  for (const written of WRITTEN) {
    for (const readAs of READ_AS) {
      const misreading = { written, readAs };
      if (written !== readAs) add(readingOf([misreading]), undoMisreading(sample, misreading), [misreading]);
    }
  }
  add('utf16', readUtf16(sample), []);
  return found.sort(compareCandidates);
}

/**
 * Compares by oddness, then by the number of steps. Equal candidates keep their order, in which the more common
 * encoding is first.
 */
function compareCandidates(a: Candidate, b: Candidate): number {
  return a.odd - b.odd || a.steps - b.steps;
}

function withoutTwins(sample: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set([sample]);
  return [...candidates].sort(compareCandidates).filter(({ text }) => {
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

/**
 * Returns a sample from the first line that contains more than plain ASCII. The sample begins at an even offset if
 * possible, because UTF-16 has two bytes for each unit.
 */
function sampleOf(text: string): string {
  const first = text.search(ODD);
  if (first < 0) return '';
  if (text.length <= SAMPLE) return text;
  const lineStart = text.lastIndexOf('\n', first) + 1;
  const start = Math.max(lineStart - (lineStart % 2), first - SAMPLE / 2);
  return text.slice(start, start + SAMPLE);
}

/** A character that plain ASCII lines do not contain. */
const ODD = /[^\t\n\r -~]/u;

const NOT_ASCII = /[^\p{ASCII}]/u;
/** Number of UTF-16 units that an example of a long line shows before the first letter outside ASCII. */
const BEFORE_LETTER = 20;

function exampleOf(text: string): string {
  const lines = text.split(/\r\n|\r|\n/u);
  const line = (lines.find((one) => NOT_ASCII.test(one)) ?? textAt(lines, 0)).trim();
  const at = line.search(NOT_ASCII);
  // A JSON file is often one long line, so the example begins near its first letter outside ASCII.
  const start = at < MAX_EXAMPLE - BEFORE_LETTER ? 0 : at - BEFORE_LETTER;
  return Array.from(line.slice(start)).slice(0, MAX_EXAMPLE).join('');
}
