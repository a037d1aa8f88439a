import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scanIndicators } from '../../../src/evidence/indicators/indicators.ts';
import { INDICATOR_KINDS } from '../../../src/evidence/indicators/kinds.ts';

/**
 * Lines of realistic output, with the indicators that a responder takes from them: see
 * test/corpus/indicators/README.md.
 */
interface LabelledText {
  readonly lines: readonly string[];
  /** `line kind value`, line from 1. An indicator that occurs twice on a line is there twice. */
  readonly expected: readonly string[];
}

/** The extractor's precision and recall, and its errors. */
export interface Score {
  readonly lines: number;
  readonly precision: number;
  readonly recall: number;
  /** Found but not labelled. */
  readonly wrong: readonly string[];
  /** Labelled but not found. */
  readonly missed: readonly string[];
}

export type CorpusPart = 'tuned' | 'heldOut';

/** Reads one part of the corpus. */
export function readCorpus(part: CorpusPart): LabelledText {
  const file = path.join(import.meta.dirname, '../../corpus/indicators', `${part}.txt`);
  const lines: string[] = [];
  const expected: string[] = [];
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    if (line.startsWith('> ')) expected.push(`${lines.length} ${line.slice(2)}`);
    // A heading begins another output, so nothing of the output before it may affect it.
    else lines.push(line.startsWith('## ') ? '' : line);
  }
  return { lines, expected };
}

/** Returns the extractor's precision and recall for each kind. */
export function scoreKinds(part: CorpusPart): ReadonlyMap<string, Pick<Score, 'precision' | 'recall'>> {
  const { wrong, missed } = scoreCorpus(part);
  const { expected } = readCorpus(part);
  const count = (all: readonly string[], kind: string): number =>
    all.filter((one) => one.split(' ')[1] === kind).length;
  return new Map(
    INDICATOR_KINDS.map((kind) => {
      const labelled = count(expected, kind);
      const right = labelled - count(missed, kind);
      return [kind, { precision: ratio(right, right + count(wrong, kind)), recall: ratio(right, labelled) }];
    }),
  );
}

/** Returns 1 where there is nothing to find. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** Compares the found indicators with the labels, one by one. */
export function scoreCorpus(part: CorpusPart): Score {
  const { lines, expected } = readCorpus(part);
  const missed = [...expected];
  const wrong: string[] = [];
  scanIndicators(lines.join('\n'), ({ kind, value }, line) => {
    const found = `${line} ${kind} ${value}`;
    const at = missed.indexOf(found);
    if (at < 0) wrong.push(found);
    else missed.splice(at, 1);
  });
  const right = expected.length - missed.length;
  return {
    lines: lines.filter((line) => line !== '').length,
    precision: ratio(right, right + wrong.length),
    recall: ratio(right, expected.length),
    wrong,
    missed,
  };
}
