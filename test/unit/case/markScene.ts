import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { appendMarks, readMarks } from '../../../src/case/marks/markFiles.ts';
import type { ReadMarks } from '../../../src/case/marks/markFiles.ts';
import type { Mark, MarkedLines } from '../../../src/case/marks/markLine.ts';
import { markKey } from '../../../src/case/marks/mergeMarks.ts';
import type { ResultMarks } from '../../../src/case/marks/mergeMarks.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import { NOW } from './scene.ts';
import type { Scene } from './scene.ts';

export const REMARK = '33333333-3333-4333-8333-333333333333';

/** Returns the reference of the result with this number. */
export function resultAt(number: number): ResultRef {
  return {
    cloud: 'commercial',
    tenantId: '11111111-1111-4111-8111-111111111111',
    actionId: `22222222-2222-4222-8222-${number.toString().padStart(12, '0')}`,
    commandIndex: 0,
  };
}

/** Returns lines of the output of a result. */
export function onLines(number: number, first: number, last = first): MarkedLines {
  return { ...resultAt(number), stream: 'output', sha256: 'a'.repeat(64), lines: [first, last] };
}

/** Writes a mark as a window of this writer does. */
export async function mark({ folder, made }: Scene, writer: string, one: Mark, now = NOW): Promise<void> {
  const { lastWords } = await readMarks(folder);
  await appendMarks({ folder, caseId: made.id, writer, marks: [one], now, lastWords });
}

/** Returns the marks of the result with this number, as every reader sees them. */
export async function marksOf({ folder }: Scene, number: number): Promise<ResultMarks | undefined> {
  return (await readMarks(folder)).results.get(markKey(resultAt(number)));
}

/** Puts a text into the file of a writer, as anyone can who shares the folder. */
export async function plant({ folder }: Scene, file: string, text: string | Uint8Array): Promise<void> {
  await mkdir(path.join(folder, 'marks'), { recursive: true });
  await appendFile(path.join(folder, 'marks', file), text);
}

export async function troubleOf({ folder }: Scene): Promise<ReadMarks['trouble']> {
  return (await readMarks(folder)).trouble;
}
