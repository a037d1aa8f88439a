import { byteAt } from '../../base/atIndex.ts';
import { decodeText, findReplaced, sniff } from '../decode/encoding.ts';
import type { Encoding } from '../decode/encoding.ts';

/** Number of bytes that are needed to detect the encoding. */
const SNIFFED = 4;

/** Reads the text of a file that arrives in pieces. `readBytes` would read the same text from the complete file. */
export class ByteText {
  #encoding: Encoding | undefined;
  #held: Uint8Array = new Uint8Array();
  /** Offset of the waiting bytes in the file. */
  #offset = 0;
  #byteOrderMark = false;
  #invalidBytes = 0;
  #firstInvalidByte = 0;

  get encoding(): Encoding {
    return this.#encoding ?? 'utf-8';
  }

  get byteOrderMark(): boolean {
    return this.#byteOrderMark;
  }

  /** Number of characters replaced so far. A U+FFFD that the file itself contains does not count. */
  get invalidBytes(): number {
    return this.#invalidBytes;
  }

  /** Byte offset of the first replaced character; 0 if no character was replaced. */
  get firstInvalidByte(): number {
    return this.#firstInvalidByte;
  }

  /** Adds bytes. @returns the text of all complete characters; the bytes of an incomplete character wait for more */
  add(bytes: Uint8Array): string {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#encoding === undefined && all.length < SNIFFED) {
      this.#held = all.slice();
      return '';
    }
    return this.#read(all, false);
  }

  /** Ends the file. @returns the text of the waiting bytes, which belong to a character that was cut off */
  end(): string {
    const held = this.#held;
    this.#held = new Uint8Array();
    return this.#read(held, true);
  }

  #read(bytes: Uint8Array, isLast: boolean): string {
    let body = bytes;
    if (this.#encoding === undefined) {
      const { encoding, markLength } = sniff(bytes);
      this.#encoding = encoding;
      this.#byteOrderMark = markLength > 0;
      this.#offset = markLength;
      body = bytes.subarray(markLength);
    }
    const encoding = this.#encoding;
    const end = isLast ? body.length : encoding === 'utf-8' ? endOfUtf8(body) : endOfPairs(body, encoding);
    const whole = body.subarray(0, end);
    // A copy, because a view of these bytes would keep the complete piece in memory.
    this.#held = body.slice(end);
    const text = decodeText(whole, encoding);
    const { count, firstOffset } = findReplaced(text, whole, encoding);
    if (count > 0 && this.#invalidBytes === 0) this.#firstInvalidByte = this.#offset + firstOffset;
    this.#invalidBytes += count;
    this.#offset += end;
    return text;
  }
}

/**
 * Returns the place where bytes can be cut without splitting a character. If the last character has several bytes and
 * begins in the last three bytes, the place is before it, because more of its bytes may follow. An incomplete character
 * has at most three bytes, so only the last three bytes are checked.
 */
function endOfUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let at = length - 1; at >= 0 && at >= length - 3; at--) {
    const byte = byteAt(bytes, at);
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return at;
  }
  return length;
}

/** Returns the place where UTF-16 can be cut without splitting a unit or a surrogate pair. */
function endOfPairs(bytes: Uint8Array, encoding: Encoding): number {
  const end = bytes.length - (bytes.length % 2);
  const high = bytes[encoding === 'utf-16le' ? end - 1 : end - 2] ?? 0;
  return end > 0 && high >= 0xd8 && high < 0xdc ? end - 2 : end;
}
