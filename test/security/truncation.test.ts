import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { fetchFrom, TRUTH } from './blobServer.ts';
import type { BlobRequest, BlobScript, Ended, WireAnswer } from './blobServer.ts';

const SIZE = TRUTH.length;
const ETAG = '"0x8D1"';
/** Attempts of one download. */
const ATTEMPTS = 4;

/** `whole`: the true bytes. `twice`: the true bytes, which came twice, and it is said. `refused`: nothing is kept. */
type Outcome = 'whole' | 'twice' | 'refused';

type Field = 'length' | 'range' | 'total' | 'ETag';
type State = 'right' | 'missing' | 'lying' | 'changing';
type Body = 'whole' | 'cut' | 'resumed';

async function assertEnds(script: BlobScript, expected: Outcome): Promise<Ended> {
  const ended = await fetchFrom(script);
  const { code, facts, bytes, requests, links } = ended;
  const found = code !== 'whole' ? 'refused' : facts?.lengthUnknown === true ? 'twice' : 'whole';
  assert.equal(found, expected, `${code} after ${JSON.stringify(requests)}`);
  assert.ok(requests.length <= ATTEMPTS && links === 1);
  if (code !== 'whole') {
    assert.ok(code === 'incompleteDownload' || code === 'connectionLost', code);
    return ended;
  }
  assert.ok(TRUTH.equals(bytes), 'other bytes than the true ones were accepted');
  assert.equal(facts?.size, SIZE);
  assert.equal(facts.sha256, createHash('sha256').update(TRUTH).digest('hex'));
  return ended;
}

/** How many bytes of its body an answer brings before its connection ends; all that are always cut are no whole. */
function brought(body: Body, at: number): number {
  if (body === 'whole' || (body === 'resumed' && at > 0)) return Infinity;
  return at === 0 ? 400 : 200 - at * 20;
}

/** An answer in which all four statements are right but for one. */
function answer(plainStatus: number, field: Field, state: State, body: Body, { at, from }: BlobRequest): WireAnswer {
  const start = from ?? 0;
  if (start >= SIZE) return { status: 416, headers: { 'Content-Range': `bytes */${SIZE}` }, body: new Uint8Array() };
  const isOff = state === 'lying' || (state === 'changing' && at > 0);
  const is = (one: Field, right: string, lie: string): string | undefined => {
    if (one !== field) return right;
    if (state === 'missing') return undefined;
    return isOff ? lie : right;
  };
  const sent = Math.min(brought(body, at), SIZE - start);
  // The lie hides a cut, or holds out for more.
  const isCut = sent < SIZE - start;
  const length = is('length', (SIZE - start).toString(), (isCut ? sent : SIZE - start + 100).toString());
  const places = is('range', `${start}-${SIZE - 1}`, `${start + 10}-${SIZE + 9}`);
  const total = is('total', SIZE.toString(), (isCut ? start + sent : SIZE + 100).toString()) ?? '*';
  return {
    status: from === undefined ? plainStatus : 206,
    headers: {
      'Content-Length': length,
      'Content-Range': places === undefined ? undefined : `bytes ${places}/${total}`,
      ETag: is('ETag', ETAG, `"0x9${at}"`),
    },
    body: TRUTH.subarray(start, start + sent),
  };
}

/** Of a field and a state: how it ends when the body comes whole, always cut, and cut once. */
type Endings = Readonly<Record<State, readonly [whole: Outcome, cut: Outcome, resumed: Outcome]>>;

/** The same for a request that is answered by 200 and by 206: each answer states all four. */
const EXPECTED: Readonly<Record<Field, Endings>> = {
  length: {
    right: ['whole', 'refused', 'whole'],
    // The range says it as well.
    missing: ['whole', 'refused', 'whole'],
    lying: ['refused', 'refused', 'refused'],
    changing: ['whole', 'refused', 'refused'],
  },
  range: {
    right: ['whole', 'refused', 'whole'],
    missing: ['refused', 'refused', 'refused'],
    lying: ['refused', 'refused', 'refused'],
    changing: ['whole', 'refused', 'refused'],
  },
  total: {
    right: ['whole', 'refused', 'whole'],
    missing: ['refused', 'refused', 'refused'],
    lying: ['refused', 'refused', 'refused'],
    changing: ['whole', 'refused', 'refused'],
  },
  ETag: {
    right: ['whole', 'refused', 'whole'],
    // Nothing can be continued: it begins anew.
    missing: ['whole', 'refused', 'whole'],
    lying: ['whole', 'refused', 'whole'],
    changing: ['whole', 'refused', 'whole'],
  },
};

for (const status of [200, 206]) {
  suite(`a plain request is answered with ${status}, all four statements are there, and one of them is off`, () => {
    for (const field of ['length', 'range', 'total', 'ETag'] as const) {
      for (const state of ['right', 'missing', 'lying', 'changing'] as const) {
        for (const [index, body] of (['whole', 'cut', 'resumed'] as const).entries()) {
          const expected = expectedOf(status, field, state, index);
          test(`${field} ${state}, body ${body}: ${expected}`, async () => {
            await assertEnds((request) => answer(status, field, state, body, request), expected);
          });
        }
      }
    }
  });
}

function expectedOf(status: number, field: Field, state: State, index: number): Outcome {
  // A 200 needs no range: its length says how long the whole is. The rest is not believed without one.
  if (status === 200 && field === 'range' && state === 'missing' && index !== 1) return 'whole';
  return EXPECTED[field][state][index] ?? 'refused';
}

/** A 200 as hosts send it: no range. */
function whole(change: Partial<WireAnswer> & { readonly headers?: WireAnswer['headers'] } = {}): WireAnswer {
  const headers = { 'Content-Length': SIZE.toString(), ETag: ETAG, ...change.headers };
  return { status: 200, body: TRUTH, ...change, headers };
}

/** The bytes from `start` up to `end`, as a part that says so. */
function part(start: number, end: number, headers: WireAnswer['headers'] = {}): WireAnswer {
  const own = {
    'Content-Length': (end - start).toString(),
    'Content-Range': `bytes ${start}-${end - 1}/${SIZE}`,
    ETag: ETAG,
  };
  return { status: 206, headers: { ...own, ...headers }, body: TRUTH.subarray(start, end) };
}

const NO_LENGTH = { 'Content-Length': undefined };
const head = TRUTH.subarray(0, 400);
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

/** Answers in turn; the last one again and again. */
function inTurn(...answers: readonly (WireAnswer | ((from: number) => WireAnswer))[]): BlobScript {
  return ({ at, from }) => {
    const one = answers[Math.min(at, answers.length - 1)] ?? whole();
    return typeof one === 'function' ? one(from ?? 0) : one;
  };
}

/** Answers by hand, of hosts and of what stands before them. */
const BY_HAND: readonly (readonly [what: string, script: BlobScript, expected: Outcome])[] = [
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
    ({ from = 0 }) => part(from, Math.min(SIZE, from + 300)),
    'whole',
  ],
  [
    'parts shorter than what is asked for, without an ETag',
    ({ from = 0 }) => part(from, Math.min(SIZE, from + 300), { ETag: undefined }),
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
    ({ at }) => whole({ headers: NO_LENGTH, body: TRUTH.subarray(0, 400 - at) }),
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

suite('answers of a host, and of what stands before it', () => {
  for (const [what, script, expected] of BY_HAND) {
    test(`${what}: ${expected}`, async () => {
      await assertEnds(script, expected);
    });
  }

  test('a body without a length that is cut at the same place twice is kept, and it is said of it', async () => {
    const { code, facts, bytes, requests } = await fetchFrom(inTurn(whole({ headers: NO_LENGTH, body: head })));
    assert.equal(code, 'whole');
    assert.ok(head.equals(bytes));
    assert.equal(facts?.lengthUnknown, true);
    assert.equal(requests.length, 2);
  });
});
