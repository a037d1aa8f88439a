import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { Poller } from '../../../src/actions/poller.ts';
import { WatchedActions } from '../../../src/actions/watchedActions.ts';
import { MemorySignInTable } from '../../../src/storage/signInTable.ts';
import { SimulatedClock } from '../defender/simulatedClock.ts';
import { action } from '../results/fixtures.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Creates windows for the same tenant, on one clock and with one table of leases. */
function scene(): {
  clock: SimulatedClock;
  open: (holder: string) => Window;
} {
  const clock = new SimulatedClock();
  const leases = new MemorySignInTable();
  return { clock, open: (holder) => new Window(holder, clock, leases) };
}

class Window {
  /** Times of the polls, in seconds from the start. */
  readonly polls: number[] = [];
  readonly hears: number[] = [];
  readonly failures: string[] = [];
  created: number[];
  isVisible = true;
  failWith: Error | undefined;
  pollFailsWith: Error | undefined;
  onHear = (): void => undefined;
  readonly poller: Poller;

  constructor(holder: string, clock: SimulatedClock, leases: MemorySignInTable) {
    const start = clock.now();
    this.created = [start];
    this.poller = new Poller({
      clock,
      followed: () =>
        this.isVisible && this.created.length > 0
          ? {
              name: 'tenant',
              created: this.created,
              poll: () => {
                this.polls.push((clock.now() - start) / SECOND);
                const failure = this.pollFailsWith ?? this.failWith;
                return failure === undefined ? Promise.resolve() : Promise.reject(failure);
              },
              hear: () => {
                this.hears.push((clock.now() - start) / SECOND);
                this.onHear();
                return this.failWith === undefined ? Promise.resolve() : Promise.reject(this.failWith);
              },
            }
          : undefined,
      takeLease: (name, forMs) => Promise.resolve(leases.takeLease(name, holder, clock.now() + forMs, clock.now())),
      releaseLease: (name) => {
        leases.releaseLease(name, holder);
        return Promise.resolve();
      },
      onFailure: (error) => {
        this.failures.push(error instanceof LiveResponseError ? error.code : 'other');
      },
    });
  }
}

suite('following unfinished actions', () => {
  test('a poll that was cancelled is no failure, and the next one comes as usual', async () => {
    const { clock, open } = scene();
    const window = open('one');
    window.pollFailsWith = new LiveResponseError('cancelled');
    window.poller.update();
    await clock.pass(31 * SECOND);
    assert.deepEqual([window.failures, window.polls.length], [[], 2]);
    window.poller.dispose();
  });

  test('a list that is hidden during a poll, and shown again at once, is followed again', async () => {
    const clock = new SimulatedClock();
    const created = [clock.now()];
    const polls: AbortSignal[] = [];
    let isVisible = true;
    const poll = (signal: AbortSignal): Promise<void> => {
      polls.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new LiveResponseError('cancelled'));
        });
      });
    };
    const poller = new Poller({
      clock,
      followed: () => (isVisible ? { name: 'tenant', created, poll, hear: () => Promise.resolve() } : undefined),
      takeLease: () => Promise.resolve(true),
      releaseLease: () => Promise.resolve(),
      onFailure: (error) => assert.fail(String(error)),
    });
    poller.update();
    await clock.pass(15 * SECOND);
    isVisible = false;
    poller.update();
    isVisible = true;
    poller.update();
    assert.deepEqual(
      polls.map(({ aborted }) => aborted),
      [true],
    );
    await clock.pass(16 * SECOND);
    assert.deepEqual(
      polls.map(({ aborted }) => aborted),
      [true, false],
    );
    poller.dispose();
  });

  test('every 15 seconds while the youngest is young, rarer as it ages, and every 5 minutes in the end', async () => {
    const { clock, open } = scene();
    const window = open('one');
    window.poller.update();
    await clock.pass(60 * SECOND);
    assert.deepEqual(window.polls, [15, 30, 45, 60]);
    await clock.pass(59 * MINUTE);
    const [before = 0, last = 0] = window.polls.slice(-2);
    assert.equal(last - before, 300);
    assert.ok(window.polls.length < 25, `${window.polls.length} calls in an hour`);
    window.poller.dispose();
  });

  test('nothing is asked while nobody looks or nothing is unfinished, and no timer stays', async () => {
    const { clock, open } = scene();
    const window = open('one');
    window.isVisible = false;
    window.poller.update();
    await clock.pass(MINUTE);
    window.isVisible = true;
    window.created = [];
    window.poller.update();
    await clock.pass(MINUTE);
    assert.deepEqual(window.polls, []);
    assert.equal(clock.pending, 0);
    window.created = [clock.now()];
    window.poller.update();
    await clock.pass(20 * SECOND);
    assert.equal(window.polls.length, 1);
    window.created = [];
    window.poller.update();
    await clock.pass(MINUTE);
    assert.equal(window.polls.length, 1);
    assert.equal(clock.pending, 0);
  });

  test('one window at a time; when it stops looking or is gone, the other one goes on', async () => {
    const { clock, open } = scene();
    const [one, other] = [open('one'), open('other')];
    one.poller.update();
    await clock.pass(SECOND);
    other.poller.update();
    await clock.pass(30 * SECOND);
    assert.deepEqual([one.polls.length, other.polls.length], [2, 0]);
    one.isVisible = false;
    one.poller.update();
    await clock.pass(40 * SECOND);
    assert.deepEqual(one.polls, [15, 30]);
    assert.notDeepEqual(other.polls, []);
    other.poller.dispose();
    await clock.pass(SECOND);
    assert.equal(clock.pending, 0);
  });

  test('the window without the lease hears at once and then every 15 to 20 seconds, the one that asks once', async () => {
    const { clock, open } = scene();
    const [one, other] = [open('one'), open('other')];
    one.poller.update();
    other.poller.update();
    await clock.pass(50 * SECOND);
    assert.deepEqual(other.hears, [0, 15, 30, 45]);
    await clock.pass(10 * MINUTE);
    assert.ok(other.hears.slice(-5).every((time, at, last) => at === 0 || time - (last[at - 1] ?? 0) === 20));
    assert.deepEqual([one.hears, other.polls], [[0], []]);
    other.failWith = new LiveResponseError('databaseFailed');
    const heard = other.hears.length;
    await clock.pass(MINUTE);
    assert.ok(other.hears.length > heard + 1, 'a failure ends it');
    assert.ok(other.failures.every((code) => code === 'databaseFailed') && other.failures.length > 0);
    one.poller.dispose();
    other.poller.dispose();
    await clock.pass(SECOND);
    assert.equal(clock.pending, 0);
  });

  test('the window that gets the lease hears first: what has ended is not asked about', async () => {
    const { clock, open } = scene();
    const [one, other] = [open('one'), open('other')];
    one.poller.update();
    other.poller.update();
    await clock.pass(31 * SECOND);
    other.onHear = () => {
      other.created = [];
    };
    one.created = [];
    one.poller.update();
    await clock.pass(MINUTE);
    assert.deepEqual([other.polls, clock.pending], [[], 0]);
  });

  test('a window that was killed holds the lease no longer than it lasts', async () => {
    const clock = new SimulatedClock();
    const leases = new MemorySignInTable();
    leases.takeLease('tenant', 'killed', clock.now() + 45 * SECOND, clock.now());
    const window = new Window('one', clock, leases);
    window.poller.update();
    await clock.pass(40 * SECOND);
    assert.deepEqual(window.polls, []);
    await clock.pass(40 * SECOND);
    assert.ok(window.polls.length > 0);
    window.poller.dispose();
  });

  test('failures double the pause up to a quarter of an hour, and a success ends that', async () => {
    const { clock, open } = scene();
    const window = open('one');
    window.failWith = new LiveResponseError('offline');
    window.poller.update();
    await clock.pass(5 * MINUTE);
    assert.ok(window.polls.length <= 5, window.polls.join());
    await clock.pass(4 * 60 * MINUTE);
    const [before = 0, last = 0] = window.polls.slice(-2);
    assert.equal(last - before, 900);
    assert.ok(window.failures.every((code) => code === 'offline'));
    window.failWith = undefined;
    await clock.pass(20 * MINUTE);
    window.created = [clock.now()];
    window.poller.update();
    const polls = window.polls.length;
    await clock.pass(31 * SECOND);
    assert.ok(window.polls.length >= polls + 1);
    window.poller.dispose();
  });

  test('signed out: nothing more is asked until something changes', async () => {
    const { clock, open } = scene();
    const window = open('one');
    window.failWith = new LiveResponseError('notSignedIn');
    window.poller.update();
    await clock.pass(60 * MINUTE);
    assert.equal(window.polls.length, 1);
    assert.equal(clock.pending, 0);
    window.failWith = undefined;
    window.poller.update();
    await clock.pass(10 * MINUTE);
    assert.notDeepEqual(window.polls, [15]);
    window.poller.dispose();
  });
});

suite('watched actions', () => {
  test('only unfinished ones can be watched, and each is told once', () => {
    const watched = new WatchedActions();
    assert.ok(!watched.add(action()));
    assert.ok(watched.add(action({ id: 'a', status: 'Pending' })));
    assert.ok(watched.add(action({ id: 'b', status: 'Something new' })));
    assert.ok(watched.has('a'));
    const ended = [action({ id: 'a' }), action({ id: 'c' })];
    assert.deepEqual(watched.take(ended), [action({ id: 'a' })]);
    assert.deepEqual(watched.take(ended), []);
    assert.ok(watched.has('b'));
  });
});
