import { createHash } from 'node:crypto';
import { TRUTH } from './blobServer.ts';
import type { BlobRequest, BlobScript, WireAnswer } from './blobServer.ts';

export const SIZE = TRUTH.length;
export const ETAG = '"0x8D1"';

/**
 * `whole`: the true bytes. `twice`: the true bytes, downloaded twice, with a note about it. `refused`: nothing is kept.
 */
export type Outcome = 'whole' | 'twice' | 'refused';

/** Returns a 200 as hosts send it: without a range. */
export function whole(change: Partial<WireAnswer> & { readonly headers?: WireAnswer['headers'] } = {}): WireAnswer {
  const headers = { 'Content-Length': SIZE.toString(), ETag: ETAG, ...change.headers };
  return { status: 200, body: TRUTH, ...change, headers };
}

/** Returns the bytes from `start` up to `end`, as a part that states its range. */
function part(start: number, end: number, headers: WireAnswer['headers'] = {}): WireAnswer {
  const own = {
    'Content-Length': (end - start).toString(),
    'Content-Range': `bytes ${start}-${end - 1}/${SIZE}`,
    ETag: ETAG,
  };
  return { status: 206, headers: { ...own, ...headers }, body: TRUTH.subarray(start, end) };
}

/** Removes the correct length. */
export const NO_LENGTH = { 'Content-Length': undefined };
/** A beginning of the true bytes. */
export const head = TRUTH.subarray(0, 400);
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');
const chunked = (bytes: Uint8Array, isEnded = true): WireAnswer => ({
  status: 200,
  headers: { 'Transfer-Encoding': 'chunked', ETag: ETAG },
  body: Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from(isEnded ? '\r\n0\r\n\r\n' : '\r\n'),
  ]),
});

/** Creates a script that gives these answers in turn, and repeats the last one. */
export function inTurn(...answers: readonly (WireAnswer | ((from: number) => WireAnswer))[]): BlobScript {
  return ({ at, from }) => {
    const one = answers[Math.min(at, answers.length - 1)] ?? whole();
    return typeof one === 'function' ? one(from ?? 0) : one;
  };
}

/** Single answers, of hosts and of servers in front of them. */
export const BY_HAND: readonly (readonly [what: string, script: BlobScript, expected: Outcome])[] = [
  ['a 206 to a plain request, without a range', inTurn({ ...part(0, 400), headers: { ETag: ETAG } }), 'refused'],
  ['a 206 to a plain request, the beginning alone, and never more', inTurn(part(0, 400)), 'refused'],
  ['a 206 to a plain request, and the rest when asked for', inTurn(part(0, 400), (from) => part(from, SIZE)), 'whole'],
  ['a 206 to a plain request, the end alone', inTurn(part(400, SIZE)), 'refused'],
  [
    'a 206 to a plain request, of a whole of unknown size',
    inTurn(part(0, SIZE, { 'Content-Range': `bytes 0-${SIZE - 1}/*` })),
    'refused',
  ],
  [
    'a 206 of a part of unknown size, again and again',
    inTurn(part(0, 400, { 'Content-Range': 'bytes 0-399/*' })),
    'refused',
  ],
  [
    'parts shorter than what is asked for, one after the other',
    ({ from = 0 }: BlobRequest): WireAnswer => part(from, Math.min(SIZE, from + 300)),
    'whole',
  ],
  [
    'parts shorter than what is asked for, without an ETag',
    ({ from = 0 }: BlobRequest): WireAnswer => part(from, Math.min(SIZE, from + 300), { ETag: undefined }),
    'refused',
  ],
  [
    'parts in many ranges',
    inTurn(part(0, SIZE, { 'Content-Range': undefined, 'Content-Type': 'multipart/byteranges; boundary=x' })),
    'refused',
  ],
  ['no length at all, whole each time', inTurn(whole({ headers: NO_LENGTH })), 'twice'],
  [
    'no length at all, cut once',
    inTurn(whole({ headers: NO_LENGTH, body: head }), whole({ headers: NO_LENGTH })),
    'twice',
  ],
  [
    'no length at all, cut elsewhere each time',
    ({ at }: BlobRequest): WireAnswer => whole({ headers: NO_LENGTH, body: TRUTH.subarray(0, 400 - at) }),
    'refused',
  ],
  [
    'no length at all, and the MD5 of the whole',
    inTurn(whole({ headers: { ...NO_LENGTH, 'Content-MD5': md5(TRUTH) } })),
    'whole',
  ],
  [
    'no length at all, cut, and the MD5 of the whole',
    inTurn(whole({ headers: { ...NO_LENGTH, 'Content-MD5': md5(TRUTH) }, body: head })),
    'refused',
  ],
  ['no length and no ETag', inTurn(whole({ headers: { ...NO_LENGTH, ETag: undefined } })), 'twice'],
  ['no length once, and a length then', inTurn(whole({ headers: NO_LENGTH, body: head }), whole()), 'whole'],
  ['chunks, whole each time', inTurn(chunked(TRUTH)), 'twice'],
  ['chunks that end well, cut once', inTurn(chunked(head), chunked(TRUTH)), 'twice'],
  ['chunks that break off', inTurn(chunked(head, false)), 'refused'],
  [
    'chunks that break off, and the rest then',
    inTurn(chunked(head, false), (from) => (from === 0 ? whole() : part(from, SIZE))),
    'whole',
  ],
  [
    'chunks that break off, and the rest of a whole of unknown size then',
    inTurn(chunked(head, false), (from) => part(from, SIZE, { 'Content-Range': `bytes ${from}-${SIZE - 1}/*` })),
    'refused',
  ],
  [
    'a length, cut, and then no length and less',
    inTurn(whole({ body: head }), whole({ headers: NO_LENGTH, body: head })),
    'refused',
  ],
  [
    'cut, and then less of the same version under the weak form of its tag',
    inTurn(
      whole({ body: head }),
      whole({ headers: { 'Content-Length': head.length.toString(), ETag: `W/${ETAG}` }, body: head }),
    ),
    'refused',
  ],
  [
    'a length, not a byte of it, and then less of the same version',
    inTurn(
      whole({ body: new Uint8Array() }),
      whole({ headers: { 'Content-Length': head.length.toString() }, body: head }),
    ),
    'refused',
  ],
  [
    'cut, a refused range that states the length, and then less of the same version',
    inTurn(
      whole({ body: head }),
      {
        status: 416,
        headers: { 'Content-Length': '0', 'Content-Range': `bytes */${SIZE}`, ETag: ETAG },
        body: new Uint8Array(),
      },
      whole({ headers: { 'Content-Length': head.length.toString() }, body: head }),
    ),
    'refused',
  ],
  ['cut, and the rest', inTurn(whole({ body: head }), (from) => part(from, SIZE)), 'whole'],
  [
    'cut, the rest under no ETag, and the whole then',
    inTurn(whole({ body: head }), (from) => part(from, SIZE, { ETag: undefined })),
    'whole',
  ],
  [
    'cut, the rest under another ETag, and the whole then',
    inTurn(whole({ body: head }), (from) => part(from, SIZE, { ETag: '"0x9"' }), whole()),
    'whole',
  ],
  [
    'cut, the rest of a larger whole',
    inTurn(whole({ body: head }), (from) => part(from, SIZE, { 'Content-Range': `bytes ${from}-${SIZE - 1}/2000` })),
    'refused',
  ],
  [
    'cut, the rest of a smaller whole',
    inTurn(whole({ body: head }), (from) => ({
      ...part(from, 700),
      headers: { ...part(from, 700).headers, 'Content-Range': `bytes ${from}-699/700` },
    })),
    'refused',
  ],
  [
    'cut, a part of the rest',
    inTurn(
      whole({ body: head }),
      (from) => part(from, 700),
      (from) => part(from, SIZE),
    ),
    'whole',
  ],
  [
    'cut, the rest one byte too early, and the whole then',
    inTurn(whole({ body: head }), (from) => part(from === 0 ? 0 : from - 1, SIZE)),
    'whole',
  ],
  ['cut, the rest one byte too late', inTurn(whole({ body: head }), (from) => part(from + 1, SIZE)), 'refused'],
  ['cut, the range is ignored, and the whole comes', inTurn(whole({ body: head }), whole()), 'whole'],
  [
    'cut, the range is ignored, and a smaller whole comes',
    inTurn(whole({ body: head }), whole({ headers: { 'Content-Length': '700' }, body: TRUTH.subarray(0, 700) })),
    'refused',
  ],
  [
    'cut, and without an ETag a smaller whole comes',
    inTurn(
      whole({ headers: { ETag: undefined }, body: head }),
      whole({ headers: { 'Content-Length': '700', ETag: undefined }, body: TRUTH.subarray(0, 700) }),
    ),
    'refused',
  ],
  [
    'another version of the blob: the ETag changes, and it comes whole',
    inTurn(whole({ headers: { 'Content-Length': '1500', ETag: '"0x1"' }, body: Buffer.alloc(400, 'x') }), whole()),
    'whole',
  ],
  [
    'cut, the rest has another MD5 of the whole',
    inTurn(whole({ headers: { 'Content-MD5': md5(TRUTH) }, body: head }), (from) =>
      from === 0 ? whole() : part(from, SIZE, { 'x-ms-blob-content-md5': md5(head) }),
    ),
    'whole',
  ],
  [
    'two MD5 of the whole that differ',
    inTurn(whole({ headers: { 'Content-MD5': md5(TRUTH), 'x-ms-blob-content-md5': md5(head) } })),
    'refused',
  ],
  [
    'a weak ETag, cut once',
    inTurn(whole({ headers: { ETag: `W/${ETAG}` }, body: head }), (from) => (from === 0 ? whole() : part(from, SIZE))),
    'whole',
  ],
  ['a length that is negative', inTurn(whole({ headers: { 'Content-Length': '-1' } })), 'refused'],
  ['a length that is no number', inTurn(whole({ headers: { 'Content-Length': 'many' } })), 'refused'],
  ['a length that is there twice', inTurn(whole({ headers: { 'Content-Length': `${SIZE}, ${SIZE}` } })), 'refused'],
  ['a length beyond all numbers', inTurn(whole({ headers: { 'Content-Length': '9'.repeat(30) } })), 'refused'],
  ['a length and chunks', inTurn(whole({ headers: { 'Transfer-Encoding': 'chunked' } })), 'refused'],
  ['a range that ends before it begins', inTurn(part(0, SIZE, { 'Content-Range': `bytes 5-4/${SIZE}` })), 'refused'],
  ['a range of other units', inTurn(part(0, SIZE, { 'Content-Range': `lines 0-${SIZE - 1}/${SIZE}` })), 'refused'],
  [
    'a range beyond all numbers',
    inTurn(part(0, SIZE, { 'Content-Range': `bytes 0-${'9'.repeat(30)}/${'9'.repeat(31)}` })),
    'refused',
  ],
  ['a range twice', inTurn(part(0, SIZE, { 'Content-Range': `bytes 0-999/1000, bytes 0-999/1000` })), 'refused'],
];
