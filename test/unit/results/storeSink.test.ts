import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { StoreSink } from '../../../src/results/storeSink.ts';
import type { LargePort } from '../../../src/results/storeSink.ts';
import { failure } from '../defender/expected.ts';

function sinkThatFails(error: Error): StoreSink {
  const call = (method: string): Promise<unknown> =>
    method === 'beginLarge' ? Promise.resolve(7) : Promise.reject(error);
  return new StoreSink({ keepLarge: () => Promise.reject(error) }, { call } as LargePort);
}

suite('a result that arrives in pieces and cannot be stored', () => {
  test('has one code, with the reason of the store, or its code; nothing of another error is repeated', async () => {
    for (const [error, reason] of [
      [new LiveResponseError('databaseFailed', { reason: 'disk full' }), 'disk full'],
      [new LiveResponseError('databaseFailed'), 'databaseFailed'],
      [new Error('/home/anna'), 'unknown'],
    ] as const) {
      const sink = sinkThatFails(error);
      await sink.open();
      await assert.rejects(sink.append(new Uint8Array(256 * 1024)), failure('largeNotKept', { reason }));
      await sink.discard();
      await assert.rejects(sinkThatFails(error).keep({} as never, undefined), failure('largeNotKept', { reason }));
    }
  });
});
