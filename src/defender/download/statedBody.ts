import type { HttpAnswer } from '../transport.ts';

/** Position of an answer's body in the complete file, in bytes, as the answer's headers state it. */
export interface StatedBody {
  readonly start: number;
  /** Position of the first byte after the body; undefined if no header states it. */
  readonly end: number | undefined;
  /** Size of the complete file; undefined if no header states it. */
  readonly total: number | undefined;
  /** MD5 of the complete file, base64. */
  readonly md5: string | undefined;
}

/**
 * Reads what the headers of a 200 or 206 state about its body.
 * @returns undefined if headers are unreadable or contradict each other, or if a 206 states no range
 */
export function readStatedBody({ status, headers }: HttpAnswer): StatedBody | undefined {
  const length = readLength(headers['content-length']);
  const range = readRange(headers['content-range']);
  if (length === 'unreadable' || range === 'unreadable') return undefined;
  if (range === undefined) {
    return status === 206 ? undefined : withMd5({ start: 0, end: length, total: length }, headers);
  }
  const { start, end, total } = range;
  if (length !== undefined && length !== end - start) return undefined;
  // An answer that is not a 206 must contain the complete file.
  if (status !== 206 && (start !== 0 || end !== total)) return undefined;
  return withMd5(range, headers);
}

/**
 * Adds the MD5 of the complete file. In an answer with a part of the file, Content-MD5 covers only that part. Azure
 * states the MD5 of the complete file in `x-ms-blob-content-md5`.
 */
function withMd5(place: Omit<StatedBody, 'md5'>, headers: HttpAnswer['headers']): StatedBody | undefined {
  const own = place.start === 0 && place.end === place.total ? headers['content-md5'] : undefined;
  const whole = headers['x-ms-blob-content-md5'];
  return own !== undefined && whole !== undefined && own !== whole ? undefined : { ...place, md5: own ?? whole };
}

/** Matches a number of bytes. Fifteen digits always fit a safe integer, and no file needs more. */
const COUNT = /^\d{1,15}$/u;
const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/iu;

/** Reads `5` as 5. A header that was sent twice arrives as `5, 5`, and is unreadable. */
function readLength(header: string | undefined): number | 'unreadable' | undefined {
  if (header === undefined) return undefined;
  return COUNT.test(header.trim()) ? Number(header) : 'unreadable';
}

/**
 * Reads `bytes 100-199/300` as start 100, end 200, total 300. Reads `bytes 100-199/*` the same, with an unknown total.
 */
function readRange(
  header: string | undefined,
): { readonly start: number; readonly end: number; readonly total: number | undefined } | 'unreadable' | undefined {
  if (header === undefined) return undefined;
  const [, first, last, all] = RANGE.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || all === undefined) return 'unreadable';
  const start = Number(first);
  const end = Number(last) + 1;
  const total = all === '*' ? undefined : Number(all);
  return start < end && end <= (total ?? end) ? { start, end, total } : 'unreadable';
}
