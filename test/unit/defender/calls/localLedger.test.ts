import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LedgerPort } from '../../../../src/defender/calls/budget.ts';
import { createLocalLedger, withLocalFallback } from '../../../../src/defender/calls/localLedger.ts';
import { SimulatedClock } from '../simulatedClock.ts';

/** A ledger that all windows share, as long as it does not fail. */
class Machine {
  readonly clock = new SimulatedClock();
  readonly shared = createLocalLedger(this.clock);
  isDown = false;
  asked = 0;
  /** Time by which the clock was set. */
  step = 0;

  /** Opens a window with a ledger of its own for when the shared one fails. */
  window(): LedgerPort {
    const through = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      this.asked++;
      return this.isDown ? Promise.reject(new Error('database is locked')) : ask();
    };
    const { shared } = this;
    return withLocalFallback(
      {
        take: (share) => through(() => shared.take(share)),
        end: (id, answered) => through(() => shared.end(id, answered)),
        giveBack: (id) => through(() => shared.giveBack(id)),
        note: (startedAt, endedAt) => through(() => shared.note(startedAt, endedAt)),
        refused: (until) => through(() => shared.refused(until)),
        usage: () => through(() => shared.usage()),
      },
      { now: () => this.clock.now() + this.step, wait: this.clock.wait },
      undefined,
      undefined,
      this.clock.now,
    );
  }
}

async function call(ledger: LedgerPort, share = 1): Promise<boolean> {
  const answer = await ledger.take(share);
  if ('id' in answer) await ledger.end(answer.id, true);
  return 'id' in answer;
}

async function callTimes(ledger: LedgerPort, times: number): Promise<number> {
  let granted = 0;
  for (let one = 0; one < times; one++) if (await call(ledger)) granted++;
  return granted;
}

suite('a shared ledger that fails', () => {
  test('for so long that the calls of more than an hour wait for it: only the latest are told', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    machine.isDown = true;
    const from = machine.clock.now();
    for (let one = 0; one < 1600; one++) await ledger.note(from + one, from + one);
    machine.isDown = false;
    await machine.clock.pass(10_000);
    assert.equal((await ledger.usage()).hour, 1500);
  });

  test('and one that does not: a call that ended counts once, whoever ends it again', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    const answer = await ledger.take(1);
    assert.ok('id' in answer);
    for (let ends = 0; ends < 2; ends++) {
      await ledger.end(answer.id, true);
      await machine.clock.pass(30_000);
    }
    assert.equal((await ledger.usage()).minute, 0);
    await ledger.note(machine.clock.now(), machine.clock.now());
    assert.deepEqual([(await ledger.usage()).minute, (await machine.shared.usage()).minute], [1, 1]);
  });

  test('for a moment: the window asks it again, and it knows every call', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    await callTimes(ledger, 3);
    machine.isDown = true;
    assert.equal(await call(ledger), true, 'the work goes on');
    machine.isDown = false;
    await machine.clock.pass(10_000);
    await callTimes(ledger, 2);
    assert.equal((await machine.shared.usage()).minute, 6);
    assert.equal(await callTimes(machine.window(), 200), 94, 'another window');
  });

  test('while a call is under way: its end is told later', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    const answer = await ledger.take(1);
    assert.ok('id' in answer);
    machine.isDown = true;
    await ledger.end(answer.id, true);
    machine.isDown = false;
    await callTimes(ledger, 1);
    await machine.clock.pass(61_000);
    assert.equal((await machine.shared.usage()).minute, 0);
  });

  test('for long: the limit holds with the calls that were made before', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    assert.equal(await callTimes(ledger, 90), 90);
    machine.isDown = true;
    assert.equal(await callTimes(ledger, 90), 10);
    assert.equal((await ledger.usage()).minute, 100);
  });

  test('for long: it is asked seldom', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    machine.isDown = true;
    await callTimes(ledger, 50);
    assert.ok(machine.asked <= 3, String(machine.asked));
    machine.isDown = false;
    await machine.clock.pass(10_000);
    await ledger.usage();
    assert.equal((await machine.shared.usage()).minute, 50, 'and is told all of it');
  });

  test('for long, while the clock is set back: it is asked again as soon', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    machine.isDown = true;
    await callTimes(ledger, 5);
    machine.step = -3_600_000;
    machine.isDown = false;
    await machine.clock.pass(10_000);
    await ledger.usage();
    assert.equal((await machine.shared.usage()).minute, 5);
  });

  test('while calls begin that go on: they count when it is back', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    machine.isDown = true;
    const begun: number[] = [];
    for (let one = 0; one < 90; one++) {
      const answer = await ledger.take(1);
      if ('id' in answer) begun.push(answer.id);
    }
    assert.equal(begun.length, 90);
    machine.isDown = false;
    await machine.clock.pass(10_000);
    assert.equal(await callTimes(ledger, 50), 10);
    assert.equal((await machine.shared.usage()).minute, 10, 'what was not granted is given back');
    for (const id of begun) await ledger.end(id, true);
    assert.equal((await machine.shared.usage()).minute, 100);
  });

  test('a pause that it could not be told holds here, and everywhere afterwards', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    await callTimes(ledger, 2);
    machine.isDown = true;
    const until = machine.clock.now() + 40_000;
    assert.equal((await ledger.refused(until)).pausedUntil, until);
    assert.equal(await call(ledger), false);
    machine.isDown = false;
    await machine.clock.pass(10_000);
    assert.equal(await call(ledger), false);
    assert.equal((await machine.shared.usage()).pausedUntil, until);
  });

  test('a call that was not sent counts nowhere', async () => {
    const machine = new Machine();
    const ledger = machine.window();
    const one = await ledger.take(1);
    machine.isDown = true;
    const other = await ledger.take(1);
    assert.ok('id' in one && 'id' in other);
    await ledger.giveBack(one.id);
    await ledger.giveBack(other.id);
    assert.equal((await ledger.usage()).minute, 0);
    machine.isDown = false;
    await machine.clock.pass(10_000);
    assert.equal((await ledger.usage()).minute, 0);
  });
});
