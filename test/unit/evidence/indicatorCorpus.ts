import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scanIndicators } from '../../../src/evidence/indicators.ts';

/** Lines of realistic output with what a responder takes from them: see test/corpus/indicators/README.md. */
interface LabelledText {
  readonly lines: readonly string[];
  /** `line kind value`, line from 1; one that stands twice on a line is there twice. */
  readonly expected: readonly string[];
}

/** How well the extractor did, and where it did not. */
export interface Score {
  readonly lines: number;
  readonly precision: number;
  readonly recall: number;
  /** Found and not labelled. */
  readonly wrong: readonly string[];
  /** Labelled and not found. */
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
    // A heading begins another output: nothing of the one before it may count for it.
    else lines.push(line.startsWith('## ') ? '' : line);
  }
  return { lines, expected };
}

/** Compares what is found with the labels, instance by instance. */
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
    precision: right / (right + wrong.length),
    recall: right / expected.length,
    wrong,
    missed,
  };
}
