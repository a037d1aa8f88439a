import { CHARSETS, misreadingsOf, readingOf } from '../../base/textView.ts';
import type { Charset, TextView } from '../../base/textView.ts';
import { measureOddness } from './oddness.ts';
import { readUtf16, undoMisreading } from './undoMisreading.ts';

/** A reading of a text that makes more sense than the text as it is. */
export interface Suggestion {
  readonly view: TextView;
  /** A line of the text as the view shows it. */
  readonly example: string;
}

/**
 * Length of the sample that is tried, in UTF-16 units: enough to tell readings apart, and little enough to try them
 * all.
 */
const SAMPLE = 4096;
const MAX_EXAMPLE = 80;
/** Number of readings as UTF-8 that are tried once more. A text that was misread twice was UTF-8 in between. */
const MAX_TRIED_AGAIN = 4;

/** Encodings, the most common first: of two that give the same text, the first is named. */
const WRITTEN: readonly Charset[] = inOrder('utf8', 'utf16', 'cp850', 'windows1252');
const READ_AS: readonly Charset[] = inOrder('windows1252', 'cp850', 'cp437', 'utf8');

function inOrder(...names: readonly Charset[]): readonly Charset[] {
  return [...names, ...CHARSETS.filter((name) => !names.includes(name))];
}

/** Minimum gain of a reading, as a difference and as a factor: a reading that is hardly less odd is chance. */
const MIN_GAIN = 4;
const MIN_TIMES = 2;
/** Highest oddness of a further reading: that of the best one times the factor, plus the addend. */
const MAX_TIMES = 2;
const MAX_BESIDES = 8;

/** Minimum gain where two misreadings are needed: the oddness of two odd letters. */
const MUCH = 30;

interface Candidate {
  readonly view: TextView;
  readonly steps: number;
  readonly text: string;
  readonly odd: number;
}

/**
 * Suggests how a text was misread, the likeliest first. Tries every pair of encodings on a sample: the one that the
 * text may have been written in, and the one that it may have been read as.
 *
 * @param most - maximum number of suggestions, each with another text
 */
export function suggestReadings(text: string, most: number): readonly Suggestion[] {
  const sample = sampleOf(text);
  if (sample === '') return [];
  const odd = measureOddness(sample);
  const candidates = withoutTwins(sample, candidatesOf(sample, odd));
  const once = candidates.filter((candidate) => candidate.odd + MIN_GAIN <= odd && candidate.odd * MIN_TIMES < odd);
  const asUtf8 = candidates.filter(({ view }) => view.startsWith('utf8-as-'));
  const twice = asUtf8.slice(0, MAX_TRIED_AGAIN).flatMap((first) =>
    candidatesOf(first.text, first.odd).flatMap(({ view, ...rest }): Candidate[] => {
      const steps = [...(misreadingsOf(first.view) ?? []), ...(misreadingsOf(view) ?? [])];
      return steps.length < 2 ? [] : [{ ...rest, view: readingOf(steps), steps: 2 }];
    }),
  );
  // A second misreading must explain much: any text has some reading that is a little less odd.
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
 * Suggests code pages by which the bytes of a file can be read.
 *
 * @param read - reads a part of the file by a page
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

/** Returns all readings that change a text and leave it less odd, the least odd first. */
function candidatesOf(sample: string, odd: number): readonly Candidate[] {
  const found: Candidate[] = [];
  const add = (view: TextView, text: string): void => {
    if (text === sample) return;
    const left = measureOddness(text);
    if (left < odd) found.push({ view, steps: 1, text, odd: left });
  };
  for (const written of WRITTEN) {
    for (const readAs of READ_AS) {
      if (written !== readAs) add(readingOf([{ written, readAs }]), undoMisreading(sample, { written, readAs }));
    }
  }
  add('utf16', readUtf16(sample));
  return found.sort(compareCandidates);
}

/**
 * Compares by oddness, then by the number of steps. Candidates that are equal keep their order: the more common
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

/** Returns the first lines that hold more than plain text. A start at an even number keeps UTF-16 together. */
function sampleOf(text: string): string {
  if (text.length <= SAMPLE) return ODD.test(text) ? text : '';
  const first = text.search(ODD);
  if (first < 0) return '';
  const lineStart = text.lastIndexOf('\n', first) + 1;
  const start = Math.max(lineStart - (lineStart % 2), first - SAMPLE / 2);
  return text.slice(start, start + SAMPLE);
}

/** A character that plain lines of ASCII do not hold. */
const ODD = /[^\t\n\r -~]/u;

const NOT_ASCII = /[^\p{ASCII}]/u;
/** Number of UTF-16 units of a long line that an example shows before the first letter in question. */
const BEFORE_LETTER = 20;

function exampleOf(text: string): string {
  const lines = text.split(/\r\n|\r|\n/u);
  const line = (lines.find((one) => NOT_ASCII.test(one)) ?? lines[0] ?? '').trim();
  const at = line.search(NOT_ASCII);
  // A file of JSON is one line: its example begins near the letters in question.
  const start = at < MAX_EXAMPLE - BEFORE_LETTER ? 0 : at - BEFORE_LETTER;
  return Array.from(line.slice(start)).slice(0, MAX_EXAMPLE).join('');
}
