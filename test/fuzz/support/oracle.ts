import { gunzipSync } from 'node:zlib';
import { readStrictJson } from './strictJson.ts';

/** The meaning of a result file, by a reader that shares no code with the product. */
export interface Verdict {
  readonly transcript: Readonly<Record<string, unknown>> | undefined;
  /** Whether the bytes are the beginning of a result and end too early. */
  readonly cut: boolean;
  readonly encoding: string;
  /** `kind` → the rest of each change that must be reported. */
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Reads a result file slowly, by the specification. */
export function readByTheBook(file: Uint8Array): Verdict {
  const changes: Record<string, unknown> = {};
  let bytes = file;
  if (file[0] === 0x1f && file[1] === 0x8b) {
    try {
      bytes = gunzipSync(file);
    } catch (error) {
      const cut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
      return { transcript: undefined, cut, encoding: 'utf-8', changes };
    }
    changes['gunzipped'] = { count: bytes.length };
  }
  const [mark, encoding] = encodingOf(bytes);
  if (mark > 0) changes['byteOrderMark'] = { count: 1 };
  const { text, replaced, first } = encoding === 'utf-8' ? readUtf8(bytes, mark) : readUtf16(bytes, mark, encoding);
  if (replaced > 0) changes['invalidBytes'] = { count: replaced, firstOffset: first };
  const json = readStrictJson(text);
  if (!json.ok) return { transcript: undefined, cut: json.cut && text.trimStart().startsWith('{'), encoding, changes };
  if (json.controls > 0) changes['controlCharactersEscaped'] = { count: json.controls, firstOffset: json.firstControl };
  if (json.repeated.length > 0) {
    changes['duplicateKey'] = { count: json.repeated.length, keys: [...new Set(json.repeated)] };
  }
  if (json.behind !== '') {
    const isFiller = Array.from(json.behind).every((sign) => '\0\u001a\ufeff \t\r\n'.includes(sign));
    changes[isFiller ? 'trailingPadding' : 'trailingText'] = {
      count: json.behind.length,
      firstOffset: text.length - json.behind.length,
    };
  }
  return { transcript: toTranscript(json.value, changes), cut: false, encoding, changes };
}

function encodingOf(bytes: Uint8Array): [number, string] {
  const head = Buffer.from(bytes.subarray(0, 3)).toString('hex');
  if (head === 'efbbbf') return [3, 'utf-8'];
  if (head.startsWith('fffe')) return [2, 'utf-16le'];
  if (head.startsWith('feff')) return [2, 'utf-16be'];
  if (head.startsWith('7b00')) return [0, 'utf-16le'];
  return [0, head.startsWith('007b') ? 'utf-16be' : 'utf-8'];
}

interface Decoded {
  readonly text: string;
  /** Number of U+FFFD that replace invalid bytes. */
  readonly replaced: number;
  /** Byte offset of the first of them. */
  readonly first: number;
}

/** Reads UTF-8 by the table of the Unicode standard (3-7), with U+FFFD for each maximal part of a character. */
export function readUtf8(bytes: Uint8Array, start: number): Decoded {
  let text = '';
  let replaced = 0;
  let first = 0;
  for (let at = start; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      at++;
      continue;
    }
    const length =
      lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
    let code = length === 2 ? lead & 0x1f : length === 3 ? lead & 0x0f : lead & 0x07;
    let seen = 1;
    while (seen < length) {
      const next = bytes[at + seen] ?? 0;
      const low = seen > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = seen > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (next < low || next > high) break;
      code = (code << 6) | (next & 0x3f);
      seen++;
    }
    if (length > 1 && seen === length) text += String.fromCodePoint(code);
    else {
      if (replaced === 0) first = at;
      replaced++;
      text += '\ufffd';
    }
    at += seen;
  }
  return { text, replaced, first };
}

function readUtf16(bytes: Uint8Array, start: number, encoding: string): Decoded {
  const units: number[] = [];
  const [low, high] = encoding === 'utf-16le' ? [0, 1] : [1, 0];
  for (let at = start; at + 1 < bytes.length; at += 2)
    units.push((bytes[at + low] ?? 0) | ((bytes[at + high] ?? 0) << 8));
  let text = '';
  let replaced = 0;
  let first = 0;
  const replace = (offset: number): void => {
    if (replaced === 0) first = offset;
    replaced++;
    text += '\ufffd';
  };
  for (const [at, unit] of units.entries()) {
    const isHigh = unit >= 0xd800 && unit < 0xdc00;
    const isLow = unit >= 0xdc00 && unit < 0xe000;
    const next = units[at + 1] ?? 0;
    const previous = units[at - 1] ?? 0;
    const paired = isHigh ? next >= 0xdc00 && next < 0xe000 : previous >= 0xd800 && previous < 0xdc00;
    // A high surrogate at the very end and an odd byte behind it count as one character that was cut.
    if ((isHigh || isLow) && !paired) replace(start + at * 2);
    else text += String.fromCharCode(unit);
  }
  const last = units.at(-1) ?? 0;
  if ((bytes.length - start) % 2 === 1 && !(last >= 0xd800 && last < 0xdc00)) replace(bytes.length - 1);
  return { text, replaced, first };
}

/** Returns the transcript. Every value of the file appears in it once: under its own name, or among the other keys. */
function toTranscript(value: unknown, changes: Record<string, unknown>): Verdict['transcript'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const rest = new Map<string, unknown>(Object.entries(value));
  const take = (key: string): unknown => {
    const found = rest.get(key);
    if (typeof found !== 'string') return undefined;
    rest.delete(key);
    return found;
  };
  const old: string[] = [];
  const missing: string[] = [];
  const takeEither = (key: string, oldKey: string): unknown => {
    const found = take(key);
    if (found !== undefined) return found;
    const older = take(oldKey);
    (older === undefined ? missing : old).push(older === undefined ? key : oldKey);
    return older;
  };
  const scriptName = takeEither('script_name', 'name');
  const output = take('script_output');
  if (output === undefined) missing.push('script_output');
  const errors = takeEither('script_errors', 'script_error');
  if (output === undefined && errors === undefined) return undefined;
  const exit = rest.get('exit_code');
  const whole = Number.isInteger(exit) && Math.abs(exit as number) < 2 ** 53;
  if (whole || exit === null) rest.delete('exit_code');
  if (exit === undefined || exit === null) missing.push('exit_code');
  else if (!whole) changes['exitCodeNotANumber'] = { count: 1, keys: ['exit_code'] };
  const otherKeys = Object.fromEntries(rest);
  const report = (kind: string, keys: string[]): void => {
    if (keys.length > 0) changes[kind] = { count: keys.length, keys };
  };
  report('oldKey', old);
  report('missingKey', missing);
  report('unknownKey', [...rest.keys()]);
  return { scriptName, exitCode: whole ? exit : undefined, output: output ?? '', errors: errors ?? '', otherKeys };
}
