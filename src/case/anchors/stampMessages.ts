/** Object identifier of SHA-256. */
const SHA256 = '608648016503040201';

/** Open lengths within each other. Real answers have about five. */
const MAX_DEPTH = 30;

/**
 * Answer of an authority: the time in ms since 1970, or its words behind the number of its status, or a stamp of
 * something else.
 */
export type StampAnswer =
  | { readonly kind: 'granted'; readonly time: number }
  | { readonly kind: 'stampRefused'; readonly words: string }
  | { readonly kind: 'stampOther' };

/**
 * Returns the request for a time stamp: a `TimeStampReq` of RFC 3161 in DER.
 *
 * @param head - SHA-256 in hexadecimal form
 * @param nonce - 16 bytes in hexadecimal form, as a positive number that has no shorter form
 */
export function stampQuery(head: string, nonce: string): Buffer {
  // Version 1, the hash with its algorithm, the nonce, and the wish for the certificate. All lengths are known.
  return Buffer.from(`304b0201013031300d0609${SHA256}05000420${head}0210${nonce}0101ff`, 'hex');
}

/**
 * Reads a `TimeStampResp`: whether it is a stamp for this request. Looks at places rather than types, because it checks
 * no signature either: the verifier judges what is kept.
 *
 * @returns undefined if this is none
 */
export function readStamp(answer: Buffer, head: string, nonce: string): StampAnswer | undefined {
  try {
    const [response, more] = valuesIn(answer);
    if (response === undefined || more !== undefined) return undefined;
    const status = reach(response, 0, 0).toString('hex');
    // Granted, or granted with changes.
    if (status !== '00' && status !== '01') {
      const [, texts = Buffer.of()] = valuesIn(reach(response, 0));
      return { kind: 'stampRefused', words: [status, ...valuesIn(texts)].join(' ') };
    }
    // The token's SignedData, its content, and the octets of that. BER may write them in pieces.
    const octets = reach(response, 1, 1, 0, 2, 1, 0);
    const info = octets[0] === 4 ? Buffer.concat(valuesIn(octets)) : octets;
    const time = readTime(reach(info, 0, 4).toString('latin1'));
    const isAsked =
      reach(info, 0, 2, 0, 0).toString('hex') === SHA256 &&
      reach(info, 0, 2, 1).toString('hex') === head &&
      valuesIn(reach(info, 0)).some((value, at) => at > 4 && value.toString('hex') === nonce);
    return isAsked ? { kind: 'granted', time } : { kind: 'stampOther' };
  } catch {
    return undefined;
  }
}

/** @throws RangeError if the text is no time in UTC */
function readTime(text: string): number {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/u, '$1-$2-$3T$4:$5:$6.000Z');
  // Only a text of that form stays the same.
  if (new Date(iso).toISOString() !== iso) throw new RangeError();
  return Date.parse(iso);
}

/** Returns the value at a place in a value, in a value of that, and so on. @throws RangeError if there is none */
function reach(bytes: Buffer, ...path: readonly number[]): Buffer {
  return path.reduce((inner, place) => {
    const value = valuesIn(inner)[place];
    if (value === undefined) throw new RangeError();
    return value;
  }, bytes);
}

/** Returns the contents of the values that stand side by side. @throws RangeError if they are none */
function valuesIn(bytes: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const [start, end, next] = spanAt(bytes, at, 0);
    values.push(bytes.subarray(start, end));
    at = next;
  }
  return values;
}

/** Returns the start and the end of a value's contents, and the place behind it. BER allows open lengths. */
function spanAt(bytes: Buffer, at: number, depth: number): readonly [start: number, end: number, next: number] {
  const length = bytes.readUInt8(at + 1);
  let start = at + 2;
  let end = start + length;
  if (length === 0x80) {
    if (depth > MAX_DEPTH) throw new RangeError();
    for (end = start; bytes.readUInt16BE(end) > 0;) [, , end] = spanAt(bytes, end, depth + 1);
    return [start, end, end + 2];
  }
  if (length > 0x80) {
    start += length - 0x80;
    end = start + bytes.readUIntBE(at + 2, length - 0x80);
  }
  if (end > bytes.length) throw new RangeError();
  return [start, end, end];
}
