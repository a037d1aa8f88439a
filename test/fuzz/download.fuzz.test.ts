import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../src/base/clock.ts';
import { Download } from '../../src/defender/download/download.ts';
import type { DownloadLimits } from '../../src/defender/download/download.ts';
import { MemorySink } from '../../src/defender/download/downloadSink.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { HttpAnswer } from '../../src/defender/transport.ts';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { answerOf } from './support/answers.ts';
import { mutate, mutations } from './support/mutations.ts';
import { toStoredBytes, writtenResult } from './support/results.ts';
import { describeSeed, times } from './support/settings.ts';

const RUNS = 2_000;
const LIMITS = { maxBytes: 1_000_000 };
const CLOCK: Clock = { now: () => 0, wait: async () => Promise.resolve() };

async function readWhole(answer: HttpAnswer, limits: DownloadLimits): Promise<{ bytes: Uint8Array; sha256: string }> {
  const sink = new MemorySink();
  const download = new Download(sink);
  await download.read(answer, { host: 'h', limits, expectAzure: false, clock: CLOCK });
  return { ...(await download.finish('h')), bytes: sink.bytes() };
}

suite(`downloads (${describeSeed})`, () => {
  test('wherever a stream is split, bytes, hash and transcript are those of the whole', async () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    const file = fc
      .tuple(writtenResult, mutations)
      .map(([written, changes]) => mutate(toStoredBytes(written), changes));
    await fc.assert(
      fc.asyncProperty(file, cuts, async (whole, shares) => {
        const headers = {
          'content-length': whole.length.toString(),
          'content-md5': createHash('md5').update(whole).digest('base64'),
        };
        let last = 0;
        const limits = { ...LIMITS, onProgress: (received: number) => (last = received) };
        const { bytes, sha256 } = await readWhole(answerOf(whole, { headers, cuts: shares }), limits);
        assert.ok(whole.equals(bytes));
        assert.equal(sha256, createHash('sha256').update(whole).digest('hex'));
        assert.equal(last, whole.length);
        assert.deepEqual(decodeResult(bytes), decodeResult(whole));
      }),
      times(RUNS),
    );
  });

  test('a stream of another length or another MD5 than promised is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 400 }), async (whole, off) => {
        const md5 = createHash('md5').update('other').update(whole).digest('base64');
        for (const headers of [{ 'content-length': (whole.length + off).toString() }, { 'content-md5': md5 }]) {
          await assert.rejects(
            readWhole(answerOf(whole, { headers, cuts: [0.3, 0.3] }), LIMITS),
            (error) => isLiveResponseError(error) && error.code === 'incompleteDownload',
          );
        }
      }),
      times(300),
    );
  });
});
