import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { failure, patience } from '../defender/expected.ts';

suite('the clock of the system', () => {
  test('it waits as long as it was asked to', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let rung = false;
    const waiting = systemClock.wait(5000, patience()).then(() => {
      rung = true;
    });
    context.mock.timers.tick(4999);
    await Promise.resolve();
    assert.equal(rung, false);
    context.mock.timers.tick(1);
    await waiting;
    assert.equal(rung, true);
  });

  test('a wait that is cancelled rejects at once and leaves no timer behind', async (context) => {
    const cleared = context.mock.method(globalThis, 'clearTimeout');
    const leaving = new AbortController();
    const waiting = systemClock.wait(3_600_000, leaving.signal);
    leaving.abort();
    await assert.rejects(waiting, failure('cancelled'));
    assert.equal(cleared.mock.callCount(), 1);
  });

  test('a signal that was aborted before rejects as well', async () => {
    await assert.rejects(systemClock.wait(3_600_000, AbortSignal.abort()), failure('cancelled'));
  });

  test('a wait that is longer than a timer can hold does not end at once', (context) => {
    const set = context.mock.method(globalThis, 'setTimeout');
    const leaving = new AbortController();
    systemClock.wait(2 ** 31, leaving.signal).catch(() => undefined);
    leaving.abort();
    const longest = Math.max(...set.mock.calls.map((call) => call.arguments[1] ?? 0));
    // Node turns anything above into 1 ms: a server's far date would become a loop.
    assert.ok(longest < 2 ** 31, `${longest} ms`);
  });
});
