import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCase } from '../../../src/case/folder/caseFile.ts';
import type { CaseFile } from '../../../src/case/folder/caseFile.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import type { RecordEvent } from '../../../src/case/record/recordLine.ts';
import { RecordWriter } from '../../../src/case/record/recordWriter.ts';
import { checkRecord } from '../../../src/case/record/verifyRecord.ts';
import type { CheckedRecord } from '../../../src/case/record/verifyRecord.ts';

export const hasPython = spawnSync('python3', ['--version']).status === 0;

/** A time of the tests, ms since 1970. */
export const NOW = Date.UTC(2026, 10, 23, 21, 4);

/** A case in a folder of its own. */
export interface Scene {
  readonly folder: string;
  readonly made: CaseFile;
  readonly writer: (writer: string, now?: () => number) => RecordWriter;
  /** Returns the paths of the record's files. */
  readonly files: () => Promise<string[]>;
  readonly check: () => Promise<CheckedRecord>;
}

/** Creates a case without a record. */
export async function createScene(): Promise<Scene> {
  const folder = await mkdtemp(path.join(tmpdir(), 'live-response-case-'));
  const made = await createCase(folder, { name: 'Intrusion', number: '2026-17', now: NOW });
  const record = path.join(folder, 'record');
  let tick = 0;
  return {
    folder,
    made,
    writer: (writer, now = () => NOW + 1000 * tick++) =>
      new RecordWriter({ folder, caseId: made.id, writer, toolVersion: '9.9.9', now }),
    files: async () => (await readdir(record)).sort().map((name) => path.join(record, name)),
    check: async () => checkRecord(await readRecord(folder), made.id),
  };
}

/** Returns a step about the result with this number. */
export function fetched(number: number): RecordEvent {
  return { what: 'fetched', results: [resultOf(number)] };
}

function resultOf(number: number): NonNullable<RecordEvent['results']>[number] {
  return {
    connection: 'Contoso "prod" 日本',
    cloud: 'commercial',
    tenantId: '11111111-1111-4111-8111-111111111111',
    actionId: `22222222-2222-4222-8222-${number.toString().padStart(12, '0')}`,
    commandIndex: 0,
    sha256: number.toString(16).padStart(64, '0'),
  };
}

/** Runs the published verifier. */
export function verify(folder: string, ...args: readonly string[]): { readonly status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('python3', ['tools/verify_record.py', folder, ...args], {
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

/** Changes the lines of a file. */
export async function editLines(file: string, edit: (lines: string[]) => string[]): Promise<void> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines.pop();
  await writeFile(
    file,
    edit(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}
