import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { BY_HAND, ETAG, head, inTurn, NO_LENGTH, SIZE, whole } from './support/blobAnswers.ts';
import type { Outcome } from './support/blobAnswers.ts';
import { fetchFrom, TRUTH } from './support/blobServer.ts';
import type { BlobRequest, BlobScript, Ended, WireAnswer } from './support/blobServer.ts';

/** Attempts of one download. */
const ATTEMPTS = 4;

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

/**
 * Returns the number of body bytes before the connection ends. All the parts of a body that is always cut do not make a
 * whole.
 */
function brought(body: Body, at: number): number {
  if (body === 'whole' || (body === 'resumed' && at > 0)) return Infinity;
  return at === 0 ? 400 : 200 - at * 20;
}

/** Returns an answer in which all four statements are right except one. */
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
  // A false length or total hides a cut, or promises more.
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

/** Outcomes for a field and a state: body complete, always cut, and cut once. */
type Endings = Readonly<Record<State, readonly [whole: Outcome, cut: Outcome, resumed: Outcome]>>;

/** Outcomes for a request that is answered by 200 and by 206: each answer makes all four statements. */
const EXPECTED: Readonly<Record<Field, Endings>> = {
  length: {
    right: ['whole', 'refused', 'whole'],
    // The range states it as well.
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
    // Nothing can be resumed: the download starts again.
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
  // A 200 needs no range, because its length is that of the whole. A part without a range is not accepted.
  if (status === 200 && field === 'range' && state === 'missing' && index !== 1) return 'whole';
  return EXPECTED[field][state][index] ?? 'refused';
}

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
