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

/** So much of a text is tried, UTF-16 units: enough to tell readings apart, and little enough to try them all. */
const SAMPLE = 4096;
const MAX_EXAMPLE = 80;
/** Readings as UTF-8 that are tried once more. Text that is read wrongly twice was UTF-8 in between. */
const MAX_TRIED_AGAIN = 4;

/** Encodings in the order in which they are met: of two that give the same text, the first is named. */
const WRITTEN: readonly Charset[] = inOrder('utf8', 'utf16', 'cp850', 'windows1252');
const READ_AS: readonly Charset[] = inOrder('windows1252', 'cp850', 'cp437', 'utf8');

function inOrder(...names: readonly Charset[]): readonly Charset[] {
  return [...names, ...CHARSETS.filter((name) => !names.includes(name))];
}

/** A reading that is hardly less odd is chance: so much it must be, and so many times. */
const MIN_GAIN = 4;
const MIN_TIMES = 2;
/** A reading that is so much odder than the best one is not looked at: that many times, and so much besides. */
const MAX_TIMES = 2;
const MAX_BESIDES = 8;

/** So much less odd a text has to be where two misreadings are needed: two odd letters. */
const MUCH = 30;

interface Candidate {
  readonly view: TextView;
  readonly steps: number;
  readonly text: string;
  readonly odd: number;
}

/**
 * Suggests how a text was read wrongly, the likeliest first: every encoding that it can have been written in, and every
 * one that it can have been read as, are tried on a sample.
 *
 * @param most - so many at most, each of another text
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
  // A second misreading has to explain much: any text has some reading that is a little less odd.
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
 * Suggests pages for a file whose bytes are read by one.
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

/** All readings that change a text and leave it less odd, the least odd first. */
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

/** Of two that are as odd, the one of fewer steps, and of the encoding that is met more often. */
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

/** The first lines that hold more than plain text. A place with an even number keeps UTF-16 together. */
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
/** UTF-16 units of a long line before the first letter in question. */
const BEFORE_LETTER = 20;

function exampleOf(text: string): string {
  const lines = text.split(/\r\n|\r|\n/u);
  const line = (lines.find((one) => NOT_ASCII.test(one)) ?? lines[0] ?? '').trim();
  const at = line.search(NOT_ASCII);
  // A file of JSON is one line: its example begins near the letters in question.
  const start = at < MAX_EXAMPLE - BEFORE_LETTER ? 0 : at - BEFORE_LETTER;
  return Array.from(line.slice(start)).slice(0, MAX_EXAMPLE).join('');
}
