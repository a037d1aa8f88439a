import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import { readRetryAfter, withRetry } from '../../../src/defender/retry.ts';
import { failure, patience } from './expected.ts';
import { SimulatedClock } from './simulatedClock.ts';

/** Fails with these errors in turn, then succeeds. Notes the time of each attempt. */
function failing(clock: SimulatedClock, ...errors: readonly Error[]): { attempt: () => Promise<string>; at: number[] } {
  const at: number[] = [];
  const start = clock.now();
  return {
    at,
    attempt: () => {
      const error = errors[at.length];
      at.push(clock.now() - start);
      return error === undefined ? Promise.resolve('done') : Promise.reject(error);
    },
  };
}

const half = (): number => 0.5;

suite('repeating what failed in passing', () => {
  test('it pauses longer each time, and by chance', async () => {
    const clock = new SimulatedClock();
    const lost = new LiveResponseError('connectionLost');
    const steady = failing(clock, lost, lost, lost);
    assert.equal(await clock.until(withRetry(clock, patience(), steady.attempt, half)), 'done');
    assert.deepEqual(steady.at, [0, 500, 1500, 3500]);
    const early = failing(clock, lost);
    await clock.until(withRetry(clock, patience(), early.attempt, () => 0));
    assert.deepEqual(early.at, [0, 250]);
    const late = failing(clock, lost);
    await clock.until(withRetry(clock, patience(), late.attempt, () => 1));
    assert.deepEqual(late.at, [0, 750]);
  });

  test('after four attempts the last failure is the answer', async () => {
    const clock = new SimulatedClock();
    const errors = [502, 503, 502, 504].map((status) => new LiveResponseError('serverError', { status }));
    const { attempt, at } = failing(clock, ...errors);
    await assert.rejects(
      clock.until(withRetry(clock, patience(), attempt, half)),
      failure('serverError', { status: 504 }),
    );
    assert.equal(at.length, 4);
  });

  test('a 500 is not tried again: the server would meet the same once more', async () => {
    const clock = new SimulatedClock();
    const { attempt, at } = failing(clock, new LiveResponseError('serverError', { status: 500 }));
    await assert.rejects(
      clock.until(withRetry(clock, patience(), attempt, half)),
      failure('serverError', { status: 500 }),
    );
    assert.equal(at.length, 1);
  });

  for (const code of [
    'rateLimited',
    'serverError',
    'timeout',
    'connectionLost',
    'incompleteAnswer',
    'incompleteDownload',
  ] as const) {
    test(`${code} is tried again`, async () => {
      const clock = new SimulatedClock();
      const { attempt } = failing(clock, new LiveResponseError(code));
      assert.equal(await clock.until(withRetry(clock, patience(), attempt, half)), 'done');
    });
  }

  const final: readonly FailureCode[] = [
    'notSignedIn',
    'licence',
    'missingPermission',
    'badRequest',
    'notFound',
    'noResult',
    'unknownHost',
    'tls',
    'redirected',
    'unexpectedAnswer',
    'linkRefused',
    'foreignDownloadHost',
    'notFromStorage',
    'tooLarge',
    'cancelled',
  ];
  for (const code of final) {
    test(`${code} is not tried again`, async () => {
      const clock = new SimulatedClock();
      const { attempt, at } = failing(clock, new LiveResponseError(code));
      await assert.rejects(withRetry(clock, patience(), attempt), failure(code));
      assert.equal(at.length, 1);
    });
  }

  test('an error that is not ours is not tried again', async () => {
    const clock = new SimulatedClock();
    const { attempt, at } = failing(clock, new TypeError('a bug'));
    await assert.rejects(withRetry(clock, patience(), attempt), TypeError);
    assert.equal(at.length, 1);
  });

  for (const [what, step, attempts] of [
    ['brings a megabyte each time', 1_000_000, 12],
    ['brings less each time', 300_000, 7],
    ['brings nothing', 0, 4],
  ] as const) {
    test(`an attempt that ${what} has ${attempts} tries`, async () => {
      const clock = new SimulatedClock();
      const { attempt, at } = failing(clock, ...Array.from({ length: 11 }, () => new LiveResponseError('timeout')));
      // Each attempt takes more than half of the time limit for an attempt that brings nothing.
      let received = 0;
      const slow = async (): Promise<string> => {
        received += step;
        await clock.wait(step === 1_000_000 ? 70_000 : 1000, patience());
        return attempt();
      };
      const ends = clock.until(withRetry(clock, patience(), slow, half, () => received));
      if (attempts === 12) assert.equal(await ends, 'done');
      else await assert.rejects(ends, failure('timeout'));
      assert.equal(at.length, attempts);
    });
  }

  test('what was received and thrown away again does not count twice', async () => {
    const clock = new SimulatedClock();
    const lost = Array.from({ length: 11 }, () => new LiveResponseError('incompleteDownload'));
    const { attempt, at } = failing(clock, ...lost);
    const sizes = [2_000_000, 0, 2_000_000, 0, 2_000_000, 0, 2_000_000, 0];
    const received = (): number => sizes[Math.max(0, at.length - 1)] ?? 0;
    await assert.rejects(
      clock.until(withRetry(clock, patience(), attempt, half, () => (at.length === 0 ? 0 : received()))),
      failure('incompleteDownload'),
    );
    assert.equal(at.length, 4);
  });

  test('a time that the server named is kept to', async () => {
    const clock = new SimulatedClock();
    const { attempt, at } = failing(clock, new LiveResponseError('rateLimited', { retryAt: clock.now() + 40_000 }));
    await clock.until(withRetry(clock, patience(), attempt, half));
    assert.equal(at.length, 2);
    assert.ok((at[1] ?? 0) >= 40_000);
  });

  test('a time beyond two minutes is not waited for: the person is told at once', async () => {
    const clock = new SimulatedClock();
    const retryAt = clock.now() + 120_001;
    const { attempt, at } = failing(clock, new LiveResponseError('rateLimited', { retryAt }));
    await assert.rejects(withRetry(clock, patience(), attempt), failure('rateLimited', { retryAt }));
    assert.equal(at.length, 1);
    assert.equal(clock.pending, 0);
  });

  test('waiting for something else than the server does not count', async () => {
    const clock = new SimulatedClock();
    const lefts: number[] = [];
    const trying = withRetry(
      clock,
      patience(),
      async ({ left, aside }) => {
        await aside(clock.wait(300_000, patience()));
        lefts.push(left());
        await clock.wait(10_000, patience());
        if (lefts.length < 3) throw new LiveResponseError('connectionLost');
        return 'done';
      },
      half,
    );
    assert.equal(await clock.until(trying), 'done');
    assert.deepEqual(lefts, [120_000, 109_500, 98_500]);
  });

  test('it does not count either where it fails', async () => {
    const clock = new SimulatedClock();
    const lefts: number[] = [];
    const trying = withRetry(
      clock,
      patience(),
      async ({ left, aside }) => {
        lefts.push(left());
        await aside(clock.wait(300_000, patience()).then(() => Promise.reject(new LiveResponseError('timeout'))));
      },
      half,
    );
    await assert.rejects(clock.until(trying), failure('timeout'));
    assert.deepEqual(lefts, [120_000, 119_500, 118_500, 116_500]);
  });

  test('an attempt that had no second left is not begun', async () => {
    const clock = new SimulatedClock();
    let made = 0;
    const trying = withRetry(
      clock,
      patience(),
      async () => {
        made++;
        await clock.wait(118_501, patience());
        throw new LiveResponseError('connectionLost');
      },
      half,
    );
    await assert.rejects(clock.until(trying), failure('connectionLost'));
    assert.equal(made, 1);
  });

  test('cancelling ends the pause and nothing more is tried', async () => {
    const clock = new SimulatedClock();
    const leaving = new AbortController();
    const { attempt, at } = failing(clock, new LiveResponseError('timeout'));
    const trying = withRetry(clock, leaving.signal, attempt);
    await clock.pass(1);
    leaving.abort();
    await assert.rejects(trying, failure('cancelled'));
    assert.equal(at.length, 1);
    assert.equal(clock.pending, 0);
  });
});

suite('Retry-After', () => {
  const now = Date.UTC(2026, 10, 23, 21, 4, 41);

  test('it may name seconds', () => {
    assert.equal(readRetryAfter('40', now), now + 40_000);
    assert.equal(readRetryAfter(' 0 ', now), now);
  });

  test('it may name an HTTP date', () => {
    assert.equal(readRetryAfter('Mon, 23 Nov 2026 21:05:21 GMT', now), now + 40_000);
  });

  test('a date that has passed means now', () => {
    assert.equal(readRetryAfter('Mon, 23 Nov 2026 21:00:00 GMT', now), now);
  });

  for (const header of [undefined, '', 'soon', '-5', '1.5', '40s', '0x10']) {
    test(`${JSON.stringify(header)} names no time`, () => {
      assert.equal(readRetryAfter(header, now), undefined);
    });
  }
});
