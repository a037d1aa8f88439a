import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SharedWork } from '../../../src/base/sharedWork.ts';
import { failure } from '../defender/expected.ts';

/** Creates work that the test ends. */
function scene(): {
  work: SharedWork<string>;
  finish: (value: string) => void;
  signal: () => AbortSignal;
  over: () => void;
  overs: () => number;
} {
  let finish: (value: string) => void = () => undefined;
  let inner: AbortSignal | undefined;
  let overs = 0;
  const work = new SharedWork<string>((signal) => {
    inner = signal;
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  return {
    work,
    finish: (value) => {
      finish(value);
    },
    signal: () => inner ?? AbortSignal.abort(),
    over: () => {
      overs++;
    },
    overs: () => overs,
  };
}

suite('work that is shared', () => {
  test('all who wait get the one result', async () => {
    const { work, finish, over, overs } = scene();
    const waiting = [0, 1, 2].map(() => work.join(new AbortController().signal, over));
    finish('done');
    assert.deepEqual(await Promise.all(waiting), ['done', 'done', 'done']);
    assert.equal(overs(), 3);
  });

  test('one who turns away is told so, and the others get the result', async () => {
    const { work, finish, signal, over } = scene();
    const leaving = new AbortController();
    const left = work.join(leaving.signal, over);
    const stayed = work.join(new AbortController().signal, over);
    leaving.abort();
    await assert.rejects(left, failure('cancelled'));
    assert.equal(signal().aborted, false);
    finish('done');
    assert.equal(await stayed, 'done');
  });

  test('when the last one turns away the work is given up', async () => {
    const { work, signal, over, overs } = scene();
    const callers = [new AbortController(), new AbortController()];
    const waiting = callers.map((caller) => work.join(caller.signal, over));
    for (const caller of callers) caller.abort();
    for (const one of waiting) await assert.rejects(one, failure('cancelled'));
    assert.equal(signal().aborted, true);
    assert.equal(overs(), 1);
  });

  test('one who had turned away before is not waited for', async () => {
    const { work, over } = scene();
    await assert.rejects(work.join(AbortSignal.abort(), over), failure('cancelled'));
  });
});
