import { decodeText, findReplaced, sniff } from '../decode/encoding.ts';
import type { Encoding } from '../decode/encoding.ts';

/** Bytes that tell which encoding it is. */
const SNIFFED = 4;

/** Reads the text of a file that comes in stretches, as `readBytes` reads it whole. */
export class ByteText {
  #encoding: Encoding | undefined;
  #held: Uint8Array = new Uint8Array();
  /** Where the held bytes begin in the file. */
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

  /** Characters that had to be replaced by now, apart from U+FFFD that the bytes themselves spelled. */
  get invalidBytes(): number {
    return this.#invalidBytes;
  }

  /** Byte offset of the first replaced place; 0 where there is none. */
  get firstInvalidByte(): number {
    return this.#firstInvalidByte;
  }

  /** @returns the text as far as it is whole characters */
  add(bytes: Uint8Array): string {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#encoding === undefined && all.length < SNIFFED) {
      this.#held = all.slice();
      return '';
    }
    return this.#read(all, false);
  }

  /** @returns what was held back, which belongs to a character that was cut off */
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
    // A copy: what is held must not keep the stretch alive.
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
 * Where bytes can be cut without a change of what they say: before the last byte that begins a character of several.
 * Behind three bytes that continue one, none is open any more.
 */
function endOfUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let at = length - 1; at >= 0 && at >= length - 3; at--) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return at;
  }
  return length;
}

/** Neither within a unit nor within a pair of surrogates. */
function endOfPairs(bytes: Uint8Array, encoding: Encoding): number {
  const end = bytes.length - (bytes.length % 2);
  const high = bytes[encoding === 'utf-16le' ? end - 1 : end - 2] ?? 0;
  return end > 0 && high >= 0xd8 && high < 0xdc ? end - 2 : end;
}
