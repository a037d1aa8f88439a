import type { ReadFile } from './recordFiles.ts';
import { FIRST, RECORDED, writerOf } from './recordLine.ts';
import type { RecordedFile, RecordedResult, RecordLine } from './recordLine.ts';

/** Faults of a record: any of these, and it is not consistent. */
export type FaultKind =
  | 'unreadable'
  | 'sequence'
  | 'chain'
  | 'otherFile'
  | 'otherCase'
  | 'otherWriter'
  | 'fileGone'
  | 'fileCut'
  | 'fileChanged'
  | 'artefact'
  | 'result'
  | 'anchor'
  | 'signature';

/** A fault, and where it is. Names come from whoever wrote the folder. */
export interface Fault {
  readonly kind: FaultKind;
  readonly file: string;
  /** Line, counted from 1. */
  readonly line?: number;
}

/** Outcome of the checks that need the record alone. */
export interface CheckedRecord {
  readonly faults: readonly Fault[];
  /** Lines that say something, over all files. */
  readonly lines: number;
  /** Beginnings of lines that a killed process left. They were never acknowledged. */
  readonly torn: number;
  /** Lines whose local time is before that of the line above it: the clock was set, or the time is made up. */
  readonly backwards: readonly Required<Pick<Fault, 'file' | 'line'>>[];
  /** Lines about steps that this version does not know. */
  readonly unknown: number;
  /** Files that the record says were written, by their last hash. */
  readonly files: readonly RecordedFile[];
  /** Results that it names, each once. */
  readonly results: readonly RecordedResult[];
}

/** Time by which a clock may be set back without a remark, ms: what a synchronisation does. */
const STEP_MS = 120_000;

/**
 * Checks the files of a record: every line, its number, the hash of the line before, and the ends of the other files
 * that each first line names. Reads nothing else.
 *
 * @param caseId - id of the case; undefined if it is not known
 */
export function checkRecord(files: readonly ReadFile[], caseId: string | undefined): CheckedRecord {
  const faults: Fault[] = [];
  const backwards: Required<Pick<Fault, 'file' | 'line'>>[] = [];
  const written: { readonly at: number; readonly file: RecordedFile }[] = [];
  const results = new Map<string, RecordedResult>();
  let lines = 0;
  let torn = 0;
  let unknown = 0;
  const known = new Set<string>(RECORDED);
  const byName = filesByName(files);
  for (const file of files) {
    if (file.torn > 0) torn++;
    let expected = 0;
    let prev = FIRST;
    let last = -Infinity;
    for (const [at, { hash, line }] of file.lines.entries()) {
      const place = { file: file.name, line: at + 1 };
      if (line === undefined) {
        // A write that failed left it. The line behind it must say so, and holds its hash.
        if (file.lines[at + 1]?.line?.what === 'torn') torn++;
        else faults.push({ kind: 'unreadable', ...place });
        prev = hash;
        continue;
      }
      lines++;
      if (!known.has(line.what)) unknown++;
      if (line.seq !== expected) faults.push({ kind: 'sequence', ...place });
      if (line.prev !== prev) faults.push({ kind: 'chain', ...place });
      if (line.who !== writerOf(file.name)) faults.push({ kind: 'otherWriter', ...place });
      if ((at === 0) !== (line.what === 'begun')) faults.push({ kind: 'sequence', ...place });
      if (at === 0) faults.push(...checkBeginning(line, file, byName, caseId));
      const time = Date.parse(line.at);
      if (time < last - STEP_MS) backwards.push(place);
      [expected, prev, last] = [line.seq + 1, hash, Math.max(last, time)];
      if (line.file !== undefined) written.push({ at: time, file: line.file });
      for (const result of line.results ?? []) results.set(`${result.sha256} ${result.actionId}`, result);
    }
  }
  written.sort((one, other) => one.at - other.at);
  const latest = new Map(written.flatMap(({ file }) => (file.name === null ? [] : [[file.name, file] as const])));
  return { faults, lines, torn, backwards, unknown, files: [...latest.values()], results: [...results.values()] };
}

/** Checks that a first line names its own file, and that the other files still hold what they held then. */
function checkBeginning(
  { own, after = [], case: id }: RecordLine,
  { name }: ReadFile,
  files: ReadonlyMap<string, ReadFile>,
  caseId: string | undefined,
): Fault[] {
  const faults: Fault[] = [];
  const place = { file: name, line: 1 };
  if (own !== name) faults.push({ kind: 'otherFile', ...place });
  if (caseId !== undefined && id !== caseId) faults.push({ kind: 'otherCase', ...place });
  for (const head of after) {
    const kind = differs(files, head.file, head.lines, head.sha256);
    if (kind !== undefined) faults.push({ kind, file: head.file });
  }
  return faults;
}

/** Returns the files of a record by their names. */
export function filesByName(files: readonly ReadFile[]): ReadonlyMap<string, ReadFile> {
  return new Map(files.map((file) => [file.name, file]));
}

/** Compares a file with what was said of it; undefined if it still holds that. */
export function differs(
  files: ReadonlyMap<string, ReadFile>,
  name: string,
  lines: number,
  sha256: string,
): 'fileGone' | 'fileCut' | 'fileChanged' | undefined {
  const file = files.get(name);
  if (file === undefined) return 'fileGone';
  if (file.lines.length < lines) return 'fileCut';
  return file.lines[lines - 1]?.hash === sha256 ? undefined : 'fileChanged';
}
