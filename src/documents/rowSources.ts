import type { Range } from 'vscode';
import { resultKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { LinkedText } from './linkedText.ts';

/** Source of a part of a line: a command of the run, and the line of its text that is shown. */
export interface RowSource {
  readonly ref: ResultRef;
  readonly stream: 'output' | 'errors' | 'raw';
  readonly line: number | undefined;
  readonly isStatus: boolean;
}

/** Returns the sources of the lines that ranges touch, each once. */
export function sourcesIn(text: LinkedText<RowSource> | undefined, ranges: readonly Range[]): readonly RowSource[] {
  const sources = ranges.flatMap(({ start, end }) => {
    // A range that ends before the first column of a line does not touch the line.
    const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
    return text?.sourcesOf(start.line, last) ?? [];
  });
  return [...new Map(sources.map((source) => [sourceKey(source), source])).values()];
}

function sourceKey({ ref, stream, line }: RowSource): string {
  return `${resultKey(ref)} ${stream} ${line?.toString() ?? ''}`;
}
