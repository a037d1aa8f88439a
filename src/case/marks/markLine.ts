import { isGuid, LAST_INDEX, RESULT_CLOUDS } from '../../base/resultUri.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';
import { parseTextView } from '../../base/textView.ts';
import type { TextView } from '../../base/textView.ts';
import { isWriter } from '../record/recordLine.ts';

/** Place of a remark: lines of one text of a result. No connection is part of it, so that it is the same for everybody. */
export interface MarkedLines extends ResultRef {
  readonly stream: ResultStream;
  /** View whose lines are meant; undefined for the text as it was received. */
  readonly view?: TextView | undefined;
  /** SHA-256 of the bytes as the service stored them. */
  readonly sha256: string;
  /** First and last line of the whole text, counted from 1. */
  readonly lines: readonly [first: number, last: number];
}

/** A mark that a person makes. Its words are stored, so they never change. */
export type Mark =
  | { readonly what: 'reviewed'; readonly on: ResultRef; readonly set: boolean }
  | { readonly what: 'tag'; readonly on: ResultRef; readonly tag: string; readonly set: boolean }
  /** Text null deletes the remark. */
  | { readonly what: 'remark'; readonly on: MarkedLines; readonly id: string; readonly text: string | null };

/** A line of a file of marks. */
export type MarkLine = Mark & {
  readonly v: 1;
  /** Local clock, or a moment after the mark that this one replaces if that is later. */
  readonly at: string;
  /** Pseudonym; it is the file's name, too. */
  readonly who: string;
};

/** Meaning of a line: a mark, one of a newer version, or nothing that a mark says. */
export type ReadMark = MarkLine | 'unknown' | 'unreadable';

/** Longest line, in bytes. */
export const MAX_MARK_LINE = 64 * 1024;
/** Longest remark, in UTF-16 units. */
export const MAX_REMARK = 8000;
/** Most lines of a text that a remark can be about. */
const MAX_LINE = 1_000_000_000;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A tag is one word, so that it cannot pass for another part of a row. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]{0,39}$/u;
const FILE = /^([a-z\d-]{1,32})\.jsonl$/u;

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Returns the writer that a file of marks names; undefined if it is no such file. */
export function writerOfMarks(file: string): string | undefined {
  const writer = FILE.exec(file)?.[1];
  return writer !== undefined && isWriter(writer) ? writer : undefined;
}

/** Returns a line as its bytes, with its line end. */
export function toMarkBytes(line: MarkLine): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

/** Reads a line without its line end. Anyone can have written it. */
export function readMarkLine(bytes: Uint8Array, writer: string): ReadMark {
  if (bytes.length > MAX_MARK_LINE || bytes[0] !== 123) return 'unreadable';
  try {
    const text = DECODER.decode(bytes);
    const value: unknown = JSON.parse(text);
    // A key that stands twice would be read in two ways by two programs.
    if (!isObject(value) || JSON.stringify(value) !== text) return 'unreadable';
    const { v, at, who, what } = value;
    if (who !== writer || !isTime(at) || typeof what !== 'string') return 'unreadable';
    if (v !== 1 || !['reviewed', 'tag', 'remark'].includes(what))
      return Number.isSafeInteger(v) ? 'unknown' : 'unreadable';
    const mark = toMark(what, value);
    return mark === undefined ? 'unreadable' : { v, at, who: writer, ...mark };
  } catch {
    return 'unreadable';
  }
}

/** Returns a mark with the keys that a mark has. Others of the line stay in the file. */
function toMark(what: string, { on, set, tag, id, text }: Readonly<Record<string, unknown>>): Mark | undefined {
  if (!isObject(on)) return undefined;
  const { tenantId, actionId, commandIndex, stream, view, sha256, lines } = on;
  const cloud = RESULT_CLOUDS.find((known) => known === on['cloud']);
  if (cloud === undefined || !isGuid(tenantId) || !isGuid(actionId) || !isNumber(commandIndex, 0, LAST_INDEX)) {
    return undefined;
  }
  const ref: ResultRef = { cloud, tenantId, actionId, commandIndex };
  if (what === 'reviewed') return typeof set === 'boolean' ? { what, on: ref, set } : undefined;
  if (what === 'tag') {
    return typeof tag === 'string' && isTag(tag) && typeof set === 'boolean' ? { what, on: ref, tag, set } : undefined;
  }
  if (stream !== 'output' && stream !== 'errors' && stream !== 'raw') return undefined;
  const known = typeof view === 'string' ? parseTextView(view) : undefined;
  if (view !== undefined && known === undefined) return undefined;
  if (typeof sha256 !== 'string' || !/^[\da-f]{64}$/u.test(sha256) || !Array.isArray(lines)) return undefined;
  const [first, last, ...more] = lines as readonly unknown[];
  if (!isNumber(first, 1, MAX_LINE) || !isNumber(last, first, MAX_LINE) || more.length > 0 || !isGuid(id)) {
    return undefined;
  }
  if (text !== null && (typeof text !== 'string' || text.trim() === '' || text.length > MAX_REMARK)) return undefined;
  const place: MarkedLines = {
    ...ref,
    stream,
    ...(known === undefined ? {} : { view: known }),
    sha256,
    lines: [first, last],
  };
  return { what: 'remark', on: place, id, text };
}

function isNumber(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** A time as the writer writes it: other forms would be sorted in two ways by two programs. */
function isTime(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(value)) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
