import type { HttpAnswer } from '../transport.ts';

/** Place of an answer's body in the whole file, as its headers state it. In bytes. */
export interface StatedBody {
  readonly start: number;
  /** First byte behind the body; undefined where no header states it. */
  readonly end: number | undefined;
  /** Size of the whole file; undefined where no header states it. */
  readonly total: number | undefined;
  /** MD5 of the whole file, base64. */
  readonly md5: string | undefined;
}

/**
 * Reads what a 200 or 206 states about its body.
 * @returns undefined where headers cannot be read, contradict each other, or a part does not say where it belongs
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
  // The whole answers a request for the whole.
  if (status !== 206 && (start !== 0 || end !== total)) return undefined;
  return withMd5(range, headers);
}

/** Of a part, Content-MD5 is about the part, and Azure names that of the whole in a header of its own. */
function withMd5(place: Omit<StatedBody, 'md5'>, headers: HttpAnswer['headers']): StatedBody | undefined {
  const own = place.start === 0 && place.end === place.total ? headers['content-md5'] : undefined;
  const whole = headers['x-ms-blob-content-md5'];
  return own !== undefined && whole !== undefined && own !== whole ? undefined : { ...place, md5: own ?? whole };
}

/** Fifteen digits are a safe integer, and more than any file has. */
const COUNT = /^\d{1,15}$/u;
const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/iu;

/** `5` → 5. A header that came twice reads `5, 5`, and is unreadable. */
function readLength(header: string | undefined): number | 'unreadable' | undefined {
  if (header === undefined) return undefined;
  return COUNT.test(header.trim()) ? Number(header) : 'unreadable';
}

/** `bytes 100-199/300` → 100, 200, 300. `bytes 100-199/*` → 100, 200, unknown. */
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
