/** Encodings that the text of a result can have. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const REPLACEMENT = '\ufffd';

export interface ReadText {
  readonly text: string;
  /** The bytes after the byte order mark. */
  readonly body: Uint8Array;
  readonly encoding: Encoding;
  readonly byteOrderMark: boolean;
  /** Number of characters that our decoding had to replace. A U+FFFD that the file itself contains does not count. */
  readonly invalidBytes: number;
  /** Byte offset of the first replaced character; 0 if no character was replaced. */
  readonly firstInvalidByte: number;
}

/**
 * Decodes bytes. Detects the encoding by the byte order mark. Without a mark, the encoding is UTF-16 if the first bytes
 * are `{` in UTF-16, otherwise UTF-8.
 *
 * @returns undefined if the text is longer than V8's longest string
 */
export function readBytes(bytes: Uint8Array): ReadText | undefined {
  const { encoding, markLength } = sniff(bytes);
  const body = bytes.subarray(markLength);
  let text: string;
  try {
    text = decodeText(body, encoding);
  } catch {
    // Without the option `fatal`, a decoder fails only if the text exceeds V8's longest string.
    return undefined;
  }
  const replaced = findReplaced(text, body, encoding);
  return {
    text,
    body,
    encoding,
    byteOrderMark: markLength > 0,
    invalidBytes: replaced.count,
    firstInvalidByte: replaced.count > 0 ? replaced.firstOffset + markLength : 0,
  };
}

/** Decodes bytes with a known encoding. Keeps a byte order mark as a character. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}

/** Detects the encoding by the first three bytes. */
export function sniff(bytes: Uint8Array): { encoding: Encoding; markLength: number } {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', markLength: 3 };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', markLength: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', markLength: 2 };
  if (first === 0x7b && second === 0x00) return { encoding: 'utf-16le', markLength: 0 };
  if (first === 0x00 && second === 0x7b) return { encoding: 'utf-16be', markLength: 0 };
  return { encoding: 'utf-8', markLength: 0 };
}

/** Counts the characters that decoding had to replace, and finds the byte offset of the first of them. */
export function findReplaced(
  text: string,
  bytes: Uint8Array,
  encoding: Encoding,
): { count: number; firstOffset: number } {
  return encoding === 'utf-8' ? countReplaced(text, bytes) : countReplacedPairs(text, bytes, encoding);
}

function countReplaced(text: string, bytes: Uint8Array): { count: number; firstOffset: number } {
  let inText = 0;
  for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, at + 1)) inText++;
  if (inText === 0) return { count: 0, firstOffset: 0 };
  const count = inText - countSpelled(bytes);
  return { count, firstOffset: count > 0 ? firstInvalidOffset(text, bytes) : 0 };
}

/**
 * Counts the replaced characters of UTF-16. A unit has two bytes before and after decoding. Each U+FFFD of the text can
 * therefore be compared with the unit at the same place in the file.
 */
function countReplacedPairs(
  text: string,
  bytes: Uint8Array,
  encoding: Encoding,
): { count: number; firstOffset: number } {
  const [low, high] = encoding === 'utf-16le' ? [0, 1] : [1, 0];
  let count = 0;
  let firstOffset = 0;
  for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, at + 1)) {
    if (bytes[2 * at + low] === 0xfd && bytes[2 * at + high] === 0xff) continue;
    if (count === 0) firstOffset = 2 * at;
    count++;
  }
  return { count, firstOffset };
}

function countSpelled(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
    if (isSpelled(bytes, at)) count++;
  }
  return count;
}

function isSpelled(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
}

/**
 * Returns the byte offset of the first replaced character. The text before it is valid, so it has the same length in
 * the file as in UTF-8.
 */
function firstInvalidOffset(text: string, bytes: Uint8Array): number {
  let at = text.indexOf(REPLACEMENT);
  let offset = Buffer.byteLength(text.slice(0, at));
  while (at >= 0 && isSpelled(bytes, offset)) {
    const next = text.indexOf(REPLACEMENT, at + 1);
    offset += Buffer.byteLength(text.slice(at, next));
    at = next;
  }
  return offset;
}

/** Whether a file looks like text: at most 10% of the first 4096 UTF-16 units are control characters or U+FFFD. */
export function looksLikeText(text: string): boolean {
  const head = text.slice(0, 4096);
  let odd = 0;
  for (let at = 0; at < head.length; at++) {
    const unit = head.charCodeAt(at);
    if (unit === 0xfffd || (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d)) odd++;
  }
  return odd * 10 <= head.length;
}
