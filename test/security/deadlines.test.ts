import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fetchFrom, TRUTH } from './support/blobServer.ts';
import type { WireAnswer } from './support/blobServer.ts';

/** A deadline that is long enough for a busy machine. Real deadlines are minutes. */
const DEADLINE = { deadlineMs: 700 };
const STEADY = { bytes: 1, pauseMs: 50 };
/** An hour of steps: a test that waits for its end fails by its own timeout. */
const ENDLESS = Buffer.alloc(72_000, ' ');
const NEVER: WireAnswer = {
  status: 200,
  headers: { 'Content-Length': '1000' },
  body: TRUTH.subarray(0, 400),
  hangs: true,
};

suite('a blob host that keeps the client waiting', { timeout: 60_000 }, () => {
  test('it never answers: the attempts end at their deadlines', async () => {
    const { code, requests } = await fetchFrom(() => undefined, DEADLINE);
    assert.equal(code, 'timeout');
    assert.ok(requests.length <= 4);
  });

  test('a refusal whose body trickles for ever is that refusal', async () => {
    const { code, values, links } = await fetchFrom(
      () => ({ status: 403, headers: { 'Content-Length': '72000' }, body: ENDLESS, trickle: STEADY }),
      DEADLINE,
    );
    assert.equal(code, 'linkRefused');
    assert.equal(values.status, 403);
    assert.equal(links, 2);
  });

  test('a refusal whose body stands still, or is far too long, is that refusal', async () => {
    for (const body of [Buffer.from('<Error>'), Buffer.alloc(100_000, 'x')]) {
      const { code, values } = await fetchFrom(() => ({ status: 400, headers: {}, body, hangs: true }), DEADLINE);
      assert.equal(code, 'unexpectedAnswer');
      assert.equal(values.status, 400);
    }
  });

  test('a result that stands still is given up, and goes on where it was', async () => {
    const { code, bytes, requests } = await fetchFrom(({ from }) => {
      const etag = { ETag: '"0x8D1"' };
      if (from === undefined) return { ...NEVER, headers: { ...NEVER.headers, ...etag } };
      const range = { 'Content-Length': '600', 'Content-Range': 'bytes 400-999/1000' };
      return { status: 206, headers: { ...range, ...etag }, body: TRUTH.subarray(400) };
    }, DEADLINE);
    assert.equal(code, 'whole');
    assert.ok(TRUTH.equals(bytes));
    assert.deepEqual(
      requests.map(({ from }) => from),
      [undefined, 400],
    );
  });

  test('a result that always stands still ends as a failure', async () => {
    assert.equal((await fetchFrom(() => NEVER, DEADLINE)).code, 'timeout');
  });
});
