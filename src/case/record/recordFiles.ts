import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isLiveResponseError, LiveResponseError, systemCodeOf } from '../../base/errors.ts';
import { hashLine, MAX_LINE, readLine, writerOf } from './recordLine.ts';
import type { RecordedHead, RecordLine } from './recordLine.ts';

/** Folder of the record in a case's folder. */
export const RECORD_FOLDER = 'record';
/** Folder of the anchors in a case's folder. */
export const ANCHOR_FOLDER = 'anchors';
/** Folder of the marks in a case's folder. */
export const MARK_FOLDER = 'marks';

/** Files that a folder may have, and bytes of a whole record. Whoever shares the folder can write more into it. */
const MAX_FILES = 10_000;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_LINES = 1_000_000;
/** Lines after which other work of the process gets its turn. */
const LINES_A_TURN = 5000;
// Windows has no `O_NOFOLLOW`. Only administrators can create links there.
const READ = constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/** A line of a file: its bytes, its hash, and what it says; undefined if it says nothing that a record says. */
export interface ReadLine {
  readonly hash: string;
  readonly bytes: number;
  readonly line: RecordLine | undefined;
}

/** A file of a record, as it is on the disk. */
export interface ReadFile {
  readonly name: string;
  readonly lines: readonly ReadLine[];
  /** Bytes behind the last line end. */
  readonly torn: number;
}

/** Returns the files of a record, by name; empty if there is no record. @throws LiveResponseError `fileFailed` */
export async function readRecord(folder: string): Promise<ReadFile[]> {
  const names = await namesIn(path.join(folder, RECORD_FOLDER));
  const files: ReadFile[] = [];
  let left = MAX_BYTES;
  let linesLeft = MAX_LINES;
  for (const name of names.filter((one) => writerOf(one) !== undefined)) {
    const bytes = await readBounded(path.join(folder, RECORD_FOLDER, name), left);
    left -= bytes.length;
    const file = await toFile(name, bytes, linesLeft);
    linesLeft -= file.lines.length;
    files.push(file);
  }
  return files;
}

/**
 * Returns the names in a folder of the case, sorted; empty if there is no such folder.
 *
 * @throws LiveResponseError `fileFailed` if it is a link or has more files than a case has
 */
export async function namesIn(folder: string): Promise<string[]> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return [];
  if (!found.isDirectory()) throw strange();
  const names = await readdir(folder);
  if (names.length > MAX_FILES) throw strange();
  return names.sort();
}

/** Creates a folder of the case, unless it is there. @throws LiveResponseError `fileFailed` if it is a link */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (!(await lstat(folder)).isDirectory()) throw strange();
}

/** Flushes the entries of a folder, so that a new file is there after a power cut. Windows cannot, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Reads a file that is no link, up to a size. @throws LiveResponseError `fileFailed` */
export async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // A link that was put there, and a pipe that never ends, are refused before anything is read.
    if (!(await lstat(file)).isFile()) throw strange();
    handle = await open(file, READ);
    const { size } = await handle.stat();
    if (size > maxBytes) throw strange();
    return await handle.readFile();
  } catch (error) {
    throw asFileFailed(error);
  } finally {
    await handle?.close();
  }
}

/** Writes a file that must not be there yet, and waits for the disk. @throws LiveResponseError `fileFailed` */
export async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'wx');
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw new LiveResponseError('fileFailed', { reason: 'taken' });
    throw asFileFailed(error);
  } finally {
    await handle?.close();
  }
}

/** Converts an error of the file system. */
export function asFileFailed(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined || isLiveResponseError(error)) return error;
  return new LiveResponseError('fileFailed', { systemCode: code });
}

/** Returns the failure of a file or folder that no case has. */
export function strange(): LiveResponseError {
  return new LiveResponseError('fileFailed', { reason: 'strangeCase' });
}

/** Returns where a file ends; undefined for a file without a complete line. */
export function headOf({ name, lines, torn }: ReadFile): RecordedHead | undefined {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  return { file: name, lines: lines.length, sha256: last.hash, ...(torn === 0 ? {} : { torn }) };
}

/**
 * Returns the ends of files that no other file's first line names. With them in its own first line, a new file holds
 * all that is recorded: a file that is cut or taken away later is missed.
 */
export function tipsOf(files: readonly ReadFile[]): RecordedHead[] {
  const known = new Set(files.flatMap(({ lines }) => (lines[0]?.line?.after ?? []).map(keyOf)));
  return files.flatMap((file) => {
    const head = headOf(file);
    return head === undefined || known.has(keyOf(head)) ? [] : [head];
  });
}

function keyOf({ sha256, file, torn = 0 }: RecordedHead): string {
  return `${sha256} ${torn} ${file}`;
}

/** Returns the text whose SHA-256 is the head of a record: hash of the last line, lines and name of each file. */
export function headsText(files: readonly ReadFile[]): string {
  return files
    .flatMap((file) => headOf(file) ?? [])
    .map(({ sha256, lines, file }) => `${sha256}  ${lines}  ${file}\n`)
    .join('');
}

async function toFile(name: string, bytes: Buffer, maxLines: number): Promise<ReadFile> {
  // No writer leaves an empty line. Millions of them fit into a file.
  if (bytes[0] === 10 || bytes.includes('\n\n')) throw strange();
  let count = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, end + 1)) if (++count > maxLines) throw strange();
  const lines: ReadLine[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (lines.length % LINES_A_TURN === 0) await setImmediate();
    const whole = bytes.subarray(start, end + 1);
    const line = whole.length > MAX_LINE ? undefined : readLine(bytes.subarray(start, end));
    lines.push({ hash: hashLine(whole), bytes: whole.length, line });
    start = end + 1;
  }
  return { name, lines, torn: bytes.length - start };
}
