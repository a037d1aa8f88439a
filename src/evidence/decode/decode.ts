import { gunzipSync } from 'node:zlib';
import { boundKeys } from './boundKeys.ts';
import { decodeText, looksLikeText, readBytes } from './encoding.ts';
import type { Encoding } from './encoding.ts';
import { outlineJson } from './jsonOutline.ts';
import type { JsonOutline } from './jsonOutline.ts';
import { endOfObject, escapeControlCharacters, scanJson } from './jsonRepair.ts';
import { TrailingText } from './trailingText.ts';
import { chooseFields } from './transcriptFields.ts';
import type { DecodeChange, Transcript } from './transcript.ts';

/** The reason why bytes are not a RunScript result. */
export interface Rejection {
  readonly reason: 'empty' | 'binary' | 'notJson' | 'truncated' | 'notATranscript' | 'tooLarge' | 'tooNested';
  /** Place where reading stopped, in UTF-16 units of the text, if it is known. */
  readonly offset?: number;
}

export interface DecodedResult {
  /** Undefined if the bytes are not a RunScript result: `rejection` then says why. */
  readonly transcript: Transcript | undefined;
  readonly rejection: Rejection | undefined;
  readonly changes: readonly DecodeChange[];
  readonly encoding: Encoding;
}

/**
 * Limit for the unpacked size of a gzip result, in bytes. A larger result is refused. The editor shows 16 million
 * characters of a text, and JSON writes a character with up to six bytes: 96 MB. A gzip file of a few hundred kB can
 * unpack to much more. Each unpacked byte costs up to five bytes of memory.
 */
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

/**
 * Reads a RunScript result: gzip, byte order mark, UTF-8 or UTF-16, JSON.
 *
 * The same bytes always give the same result, and nothing is thrown. A file that was cut off is never completed. The
 * only repair is to escape raw control characters inside strings, because Microsoft's own example contains one. The
 * repair is reported as a change.
 *
 * @param bytes - the result file as the service stored it
 */
export function decodeResult(bytes: Uint8Array): DecodedResult {
  const changes: DecodeChange[] = [];
  const reject = (rejection: Rejection, encoding: Encoding = 'utf-8'): DecodedResult => ({
    transcript: undefined,
    rejection,
    changes,
    encoding,
  });

  if (bytes.length === 0) return reject({ reason: 'empty' });
  let plain = bytes;
  if (isGzip(bytes)) {
    const unpacked = gunzip(bytes);
    if (unpacked instanceof Uint8Array) plain = unpacked;
    else return reject({ reason: unpacked });
    changes.push({ kind: 'gunzipped', count: plain.length });
  }

  const first = readFirst(plain, changes);
  if (first === undefined) return reject({ reason: 'tooLarge' });
  const { encoding } = first;
  const parsed = first.valid ?? parseRepaired(first, changes);
  if ('rejection' in parsed) return reject(parsed.rejection, encoding);
  changes.push(...first.trailing);
  const transcript = toTranscript(parsed.value, changes);
  if (transcript === undefined) return reject({ reason: 'notATranscript' }, encoding);
  return { transcript, rejection: undefined, changes, encoding };
}

/** Whether the first two bytes are those of a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzip(bytes: Uint8Array): Uint8Array | 'tooLarge' | 'truncated' | 'binary' {
  // Gzip states the unpacked size in the last four bytes. That size is not used, because a file that was cut off does
  // not end with these four bytes. Unpacking stops at the limit, so a bomb costs no more memory than the largest
  // result.
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    const code = error instanceof Error && 'code' in error && error.code;
    if (code === 'ERR_BUFFER_TOO_LARGE') return 'tooLarge';
    return code === 'Z_BUF_ERROR' ? 'truncated' : 'binary';
  }
}

/**
 * Reads the text for the first time. This is a separate function, so that the text can be freed before it is repaired.
 * Two copies of a large text would need too much memory.
 */
function readFirst(bytes: Uint8Array, changes: DecodeChange[]): FirstReading | undefined {
  const read = readBytes(bytes);
  if (read === undefined) return undefined;
  if (read.byteOrderMark) changes.push({ kind: 'byteOrderMark', count: 1 });
  if (read.invalidBytes > 0) {
    changes.push({ kind: 'invalidBytes', count: read.invalidBytes, firstOffset: read.firstInvalidByte });
  }
  const { text, body, encoding } = read;
  const outline = outlineJson(text);
  if (outline === undefined) return { valid: { rejection: { reason: 'tooNested' } }, trailing: [], body, encoding };
  const trailing = new TrailingText();
  trailing.add(text.slice(outline.end), outline.end);
  return { valid: parseJson(text, outline, changes), trailing: trailing.changes(), body, encoding };
}

interface FirstReading {
  /** Undefined if the text cannot be parsed as JSON without a repair. */
  readonly valid: Parsed | undefined;
  /** Changes that decoding made to the text after the end of the result. */
  readonly trailing: readonly DecodeChange[];
  readonly body: Uint8Array;
  readonly encoding: Encoding;
}

type Parsed = { readonly value: unknown } | { readonly rejection: Rejection };

/** Parses the text. @returns undefined if the text is not JSON */
function parseJson(text: string, outline: JsonOutline, changes: DecodeChange[]): Parsed | undefined {
  let value: unknown;
  try {
    value = JSON.parse(outline.end === text.length ? text : text.slice(0, outline.end));
  } catch {
    // V8's message does not show whether the text was cut off or is no JSON at all. `scanJson` finds that out later.
    return undefined;
  }
  const { repeated } = outline;
  if (repeated.length > 0) {
    changes.push({ kind: 'duplicateKey', count: repeated.length, ...boundKeys(new Set(repeated)) });
  }
  return { value };
}

function parseRepaired({ body, encoding, trailing }: FirstReading, changes: DecodeChange[]): Parsed {
  const all = encoding === 'utf-8' ? body : new TextEncoder().encode(decodeText(body, encoding));
  // Control characters after the result do not belong to it, so they are not escaped.
  const utf8 = trailing.length === 0 ? all : all.subarray(0, endOfObject(all));
  const escaped = escapeControlCharacters(utf8);
  if (escaped === 'tooLarge') return { rejection: { reason: 'tooLarge' } };
  if (escaped !== undefined) {
    const repaired = decodeText(escaped.bytes, 'utf-8');
    // Frees the memory at once, because the garbage collector would free it too late.
    escaped.bytes.buffer.transfer(0);
    const outline = outlineJson(repaired);
    // Escapes change no nesting, so the outline is there, as it was for the text before the repair.
    const parsed = outline && parseJson(repaired, outline, changes);
    if (parsed !== undefined) {
      const firstOffset = decodeText(utf8.subarray(0, escaped.firstByte), 'utf-8').length;
      changes.push({ kind: 'controlCharactersEscaped', count: escaped.count, firstOffset });
      return parsed;
    }
  }
  const text = decodeText(body, encoding);
  const { end, offset } = scanJson(text);
  // Only a text that begins as an object can be a result that was cut off.
  const isBegun = /^\s*\{/u.test(text);
  if (end === 'cut' && isBegun) return { rejection: { reason: 'truncated', offset: text.length } };
  return { rejection: looksLikeText(text) ? { reason: 'notJson', offset } : { reason: 'binary' } };
}

function toTranscript(value: unknown, changes: DecodeChange[]): Transcript | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const chosen = chooseFields(fields, (one) => (typeof one === 'string' ? one : undefined), changes);
  return chosen === undefined ? undefined : { ...chosen, output: chosen.output ?? '', errors: chosen.errors ?? '' };
}
