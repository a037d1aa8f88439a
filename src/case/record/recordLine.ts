import { createHash } from 'node:crypto';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';

/** Steps that a record names. They are stored, so they never change. */
export const RECORDED = [
  // The record's own lines.
  ...['begun', 'torn', 'anchored', 'closed'],
  ...['fetched', 'opened', 'quoted', 'exported', 'verified', 'packed', 'cleared', 'damaged'],
] as const;
export type Recorded = (typeof RECORDED)[number];

/** A result that a step was about. Never its text. */
export interface RecordedResult extends ResultRef {
  readonly connection: string;
  readonly stream?: ResultStream;
  /** SHA-256 of the bytes as the service stored them. */
  readonly sha256: string;
  /** First and last line of each quoted part, counted from 1. */
  readonly lines?: readonly (readonly [first: number, last: number])[];
}

/** A file that a step wrote, or a pack. */
export interface RecordedFile {
  /** Path in the case's folder, with `/`; null for a file elsewhere, so that no path of a machine is recorded. */
  readonly name: string | null;
  readonly sha256: string;
  readonly size: number;
}

/** End of another file of the record, when this file was begun. */
export interface RecordedHead {
  readonly file: string;
  readonly lines: number;
  /** SHA-256 of its last complete line, with the line end. */
  readonly sha256: string;
  /** Bytes of a last line that was not completed, because its process was killed. They are kept. */
  readonly torn?: number;
}

/** A step, without what the writer adds. */
export interface RecordEvent {
  readonly what: Recorded;
  readonly results?: readonly RecordedResult[];
  /** Note in the case's folder, as a path in it; null for a note elsewhere. */
  readonly note?: string | null;
  readonly file?: RecordedFile;
  /** Rows that an export holds, or counts by verdict of a check. */
  readonly rows?: number;
  readonly verdicts?: Readonly<Record<string, number>>;
  /** Seal of a pack, or head of the record that was anchored. */
  readonly seal?: string;
  readonly head?: string;
  readonly by?: 'print' | 'ssh' | 'timeStamp';
  /** End of a case: date of deletion, or a legal hold. */
  readonly retention?: string;
}

/** Clock of the service against the local one, at the last answer of this window. */
export interface RecordedClock {
  /** Time of its Date header, in ISO 8601. */
  readonly server: string;
  /** Local clock minus the server's, seconds. */
  readonly offset: number;
}

/** Clocks at a step: the local one, in ms since 1970, and the service's if it is known. */
export interface StepTime {
  readonly at: number;
  readonly clock?: RecordedClock | undefined;
}

/** A line of a record. */
export interface RecordLine extends Omit<RecordEvent, 'what'> {
  readonly v: 1;
  /** A step; one that {@link RECORDED} does not list is of a newer version. */
  readonly what: string;
  readonly seq: number;
  /** SHA-256 of the line before, with its line end; 64 zeros in the first line. */
  readonly prev: string;
  /** Local clock. */
  readonly at: string;
  readonly clock?: RecordedClock;
  readonly who: string;
  readonly tool: string;
  /** Of the first line: its file's name, the case, and where the other files of the record ended. */
  readonly own?: string;
  readonly case?: string;
  readonly user?: string;
  readonly after?: readonly RecordedHead[];
  /** Of a note about a torn line: its bytes. */
  readonly bytes?: number;
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const FIRST = '0'.repeat(64);

/** Longest line, in bytes. A longer one is no line of a record. */
export const MAX_LINE = 256 * 1024;
/** Shortest line, in bytes. A shorter one is not parsed. `record_format.py` has the same number. */
const MIN_LINE = 100;
/** Ends of other files that a first line names, so that it is no longer than {@link MAX_LINE}. */
export const MAX_HEADS = 1000;
/** Results that a line names. More become more lines. */
export const RESULTS_A_LINE = 100;

/** Pseudonym of a writer: it names files, so it is nothing else. */
const WRITER = /^[a-z\d](?:[a-z\d-]{0,30}[a-z\d])?$/u;
const FILE = /^([a-z\d-]{1,32})\.\d{8}T\d{6}Z\.[\da-f]{8}\.jsonl$/u;

/** Whether a text can be the pseudonym of a writer. */
export function isWriter(text: string): boolean {
  return WRITER.test(text);
}

/** Returns the writer that a file of a record names; undefined if it is no such file. */
export function writerOf(file: string): string | undefined {
  const writer = FILE.exec(file)?.[1];
  return writer !== undefined && isWriter(writer) ? writer : undefined;
}

/** Returns the name of a new file of a record. Every window has its own, so that two windows never fork a chain. */
export function nameOfFile(writer: string, at: number, random: string): string {
  const time = new Date(at).toISOString().replace(/\.\d+/u, '').replaceAll(/[-:]/gu, '');
  return `${writer}.${time}.${random}.jsonl`;
}

/** Returns a line as its bytes, with its line end. */
export function toBytes(line: RecordLine): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

/** Returns the SHA-256 of a line with its line end: what `sed -n Np FILE | sha256sum` prints. */
export function hashLine(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads a line without its line end; undefined if this is none. */
export function readLine(bytes: Uint8Array): RecordLine | undefined {
  // A folder may hold a million lines of anything.
  if (bytes.length <= MIN_LINE || bytes[0] !== 123) return undefined;
  try {
    const text = DECODER.decode(bytes);
    const value: unknown = JSON.parse(text);
    // A key that stands twice would be read in two ways by two programs.
    return isLine(value) && JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

type Is = (value: unknown) => boolean;

const isText: Is = (value) => typeof value === 'string';
const isCount: Is = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isHash: Is = (value) => typeof value === 'string' && /^[\da-f]{64}$/u.test(value);
const isName: Is = (value) => value === null || isText(value);
const isListOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);

/** A time as the writer writes it: other forms would be read in two ways by two programs. */
const isTime: Is = (value) => {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(value)) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && !value.startsWith('0000') && new Date(time).toISOString() === value;
};

const hasKeys =
  (must: Readonly<Record<string, Is>>, may: Readonly<Record<string, Is>> = {}): Is =>
  (value) =>
    isObject(value) &&
    Object.entries(must).every(([key, is]) => is(value[key])) &&
    Object.entries(may).every(([key, is]) => value[key] === undefined || is(value[key]));

/** Checks every value of a line: anyone can have written it. `record_format.py` checks the same. */
const hasLineKeys = hasKeys(
  {
    ...{ v: (value) => value === 1, seq: isCount, prev: isHash },
    ...{ at: isTime, who: isText, tool: isText, what: isText },
  },
  {
    results: isListOf(
      hasKeys(
        {
          ...{ connection: isText, cloud: isText, tenantId: isText, actionId: isText },
          ...{ commandIndex: isCount, sha256: isHash },
        },
        {
          stream: isText,
          lines: isListOf((value) => Array.isArray(value) && value.length === 2 && value.every(isCount)),
        },
      ),
    ),
    after: isListOf(hasKeys({ file: isText, lines: isCount, sha256: isHash }, { torn: isCount })),
    file: hasKeys({ name: isName, sha256: isHash, size: isCount }),
    clock: hasKeys({ server: isText, offset: Number.isSafeInteger }),
    verdicts: (value) => isObject(value) && Object.values(value).every(isCount),
    ...{ note: isName, rows: isCount, bytes: isCount, seal: isText, head: isText, by: isText },
    ...{ retention: isText, own: isText, case: isText, user: isText },
  },
);

function isLine(value: unknown): value is RecordLine {
  return hasLineKeys(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
