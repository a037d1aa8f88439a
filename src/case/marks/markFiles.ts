import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LiveResponseError } from '../../base/errors.ts';
import { readCase } from '../folder/caseFile.ts';
import {
  asFileFailed,
  makeFolder,
  MARK_FOLDER,
  namesIn,
  readBounded,
  strange,
  syncFolder,
} from '../record/recordFiles.ts';
import { readMarkLine, toMarkBytes, writerOfMarks } from './markLine.ts';
import type { Mark, MarkLine } from './markLine.ts';
import { mergeMarks, subjectOf } from './mergeMarks.ts';
import type { MergedMarks } from './mergeMarks.ts';

/** Bytes and lines of one file, and of all. Whoever shares the folder can write more into it. */
const MAX_FILE = 8 * 1024 * 1024;
export const MAX_ALL = 32 * 1024 * 1024;
export const MAX_LINES = 100_000;
/** Lines after which other work of the process gets its turn. */
const LINES_A_TURN = 2000;
export const MAX_FILES = 1000;
/** Empty lines of a file. */
const MOST_EMPTY = 1000;
// Windows has no `O_NOFOLLOW`. Only administrators can create links there.
const APPEND =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | ((constants.O_NOFOLLOW as number | undefined) ?? 0);
/** Time by which another machine's clock may be ahead, ms. */
const DAY_MS = 24 * 60 * 60_000;
/** Latest time that a line can have. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Numbers of what a folder of marks holds and no reader understands. It stays where it is. */
export interface MarkTrouble {
  /** Lines that say nothing that a mark says. */
  readonly unreadable: number;
  /** Lines of a newer version. */
  readonly unknown: number;
  /** Files whose last line was not completed. */
  readonly torn: number;
  /** Files that are too large, links, or no files of marks. */
  readonly refused: number;
}

/** Lines of a file, and how they were read. */
interface ReadLines extends Pick<MarkTrouble, 'unreadable' | 'unknown'> {
  readonly lines: readonly MarkLine[];
  readonly count: number;
  readonly isTorn: boolean;
}

/** A file as it was last read. Another state has another `state`. */
interface MarkFile extends ReadLines {
  readonly state: string;
  readonly size: number;
}

/** Files of marks by their names, so that only those that changed are read again. */
export type MarkCache = ReadonlyMap<string, MarkFile>;

/** Marks of a case, and how they were read. */
export interface ReadMarks extends MergedMarks {
  readonly trouble: MarkTrouble;
  readonly files: MarkCache;
}

/**
 * Reads the marks of a case and merges them. A file that cannot be read is counted: it does not hide those of others.
 *
 * @param known - files of the last reading
 * @param own - writer whose file is read first, so that the files of others leave room for it
 * @throws LiveResponseError `fileFailed` if the folder of marks is a link or has more files than a case has
 */
export async function readMarks(folder: string, known: MarkCache = new Map(), own?: string): Promise<ReadMarks> {
  const place = path.join(folder, MARK_FOLDER);
  const files = new Map<string, MarkFile>();
  let refused = 0;
  let bytes = MAX_ALL;
  let lines = MAX_LINES;
  const names = (await namesIn(place)).filter((one) => one.endsWith('.jsonl'));
  const isOwn = (name: string): boolean => name === `${own}.jsonl`;
  for (const name of [...names.filter(isOwn), ...names.filter((one) => !isOwn(one))]) {
    const file = await readFile(path.join(place, name), name, known.get(name)).catch(() => undefined);
    if (file === undefined || files.size >= MAX_FILES || file.size > bytes || file.count > lines) {
      refused++;
      continue;
    }
    bytes -= file.size;
    lines -= file.count;
    files.set(name, file);
  }
  const all = [...files.values()];
  const trouble = {
    unreadable: sum(all.map(({ unreadable }) => unreadable)),
    unknown: sum(all.map(({ unknown }) => unknown)),
    torn: all.filter(({ isTorn }) => isTorn).length,
    refused,
  };
  return { ...mergeMarks(all.flatMap((file) => file.lines)), trouble, files };
}

async function readFile(file: string, name: string, known: MarkFile | undefined): Promise<MarkFile | undefined> {
  const writer = writerOfMarks(name);
  const found = await lstat(file, { bigint: true });
  if (writer === undefined || !found.isFile() || found.size > MAX_FILE) return undefined;
  const state = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
  if (known?.state === state) return known;
  const bytes = await readBounded(file, MAX_FILE);
  // Nobody could ever change a mark of the last day of time.
  const read = await readLines(bytes, writer, Date.now() + DAY_MS);
  return read === undefined ? undefined : { ...read, state, size: bytes.length };
}

/**
 * Reads the lines of a writer's file.
 *
 * @param latest - time after which a line counts as unreadable, ms since 1970
 * @returns undefined if there are too many
 */
export async function readLines(bytes: Buffer, writer: string, latest: number): Promise<ReadLines | undefined> {
  const read = { lines: [] as MarkLine[], unreadable: 0, unknown: 0, count: 0 };
  let start = 0;
  let empty = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const isEmpty = end === start;
    const line = isEmpty ? 'unreadable' : readMarkLine(bytes.subarray(start, end), writer);
    start = end + 1;
    // No writer leaves an empty line. Millions of them fit into a file.
    if (isEmpty && ++empty > MOST_EMPTY) return undefined;
    if (isEmpty) continue;
    if (++read.count > MAX_LINES) return undefined;
    if (read.count % LINES_A_TURN === 0) await setImmediate();
    if (line === 'unreadable' || line === 'unknown') read[line]++;
    else if (Date.parse(line.at) > latest) read.unreadable++;
    else read.lines.push(line);
  }
  return { ...read, isTorn: start < bytes.length };
}

export interface AppendedMarks {
  readonly folder: string;
  /** Id of the case. The folder may hold another one by now. */
  readonly caseId: string;
  /** Pseudonym: see `isWriter`. */
  readonly writer: string;
  readonly marks: readonly Mark[];
  /** Ms since 1970. */
  readonly now: number;
  readonly lastWords: MergedMarks['lastWords'];
}

/**
 * Appends marks to the file of their writer, and waits for the disk. Nothing that is written is changed. A mark that
 * replaces another gets a later time, because clocks of two machines differ: the last word is that of the last person.
 *
 * @throws LiveResponseError `fileFailed`
 */
export async function appendMarks({ folder, caseId, writer, marks, now, lastWords }: AppendedMarks): Promise<void> {
  const { id } = await readCase(folder);
  if (id !== caseId) throw strange();
  const lines = marks.map((mark): MarkLine => {
    const before = Date.parse(lastWords.get(subjectOf(mark, writer)) ?? '');
    const at = Math.min(LAST_TIME, Number.isNaN(before) ? now : Math.max(now, before + 1));
    return { v: 1, at: new Date(at).toISOString(), who: writer, ...mark };
  });
  const place = path.join(folder, MARK_FOLDER);
  try {
    await makeFolder(place);
    await append(path.join(place, `${writer}.jsonl`), Buffer.concat(lines.map(toMarkBytes)));
    await syncFolder(place);
  } catch (error) {
    throw asFileFailed(error);
  }
}

/** Writes at the end of the file, in one piece: a second window of the same writer may append at the same time. */
async function append(file: string, bytes: Buffer): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (found !== undefined && !found.isFile()) throw strange();
  const handle = await open(file, APPEND, 0o666);
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size + bytes.length > MAX_FILE) throw strange();
    const last = Buffer.alloc(1);
    if (stat.size > 0) await handle.read(last, 0, 1, stat.size - 1);
    // A process that was killed can have left the beginning of a line. It stays, and ends here.
    const whole = stat.size === 0 || last[0] === 10 ? bytes : Buffer.concat([Buffer.from('\n'), bytes]);
    const { bytesWritten } = await handle.write(whole);
    if (bytesWritten < whole.length) throw new LiveResponseError('fileFailed', { systemCode: 'ENOSPC' });
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
