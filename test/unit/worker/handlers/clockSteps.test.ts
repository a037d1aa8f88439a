import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { Ledger } from '../../../../src/defender/calls/ledger.ts';
import { CALL_SCHEMA, SqliteCallTable } from '../../../../src/storage/callTable.ts';
import { CLOCK_SCHEMA, ClockSteps } from '../../../../src/storage/clockSteps.ts';
import { openDatabase } from '../../../../src/storage/database.ts';
import { SIGN_IN_SCHEMA } from '../../../../src/storage/signInTable.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';

const HOUR = 3_600_000;
const APP = ['api', 'app'] as const;

/** A machine whose clock can be set, with the windows on it. */
class Machine {
  now = Date.UTC(2026, 10, 23, 21);
  uptime = 5 * HOUR;
  folder = '';

  pass(ms: number): void {
    this.now += ms;
    this.uptime += ms;
  }

  window(): WorkerHandlers {
    const handlers = createHandlers();
    handlers.open(this.folder);
    return handlers;
  }
}

function callTimes(window: WorkerHandlers, times: number): number {
  let granted = 0;
  for (let one = 0; one < times; one++) {
    const answer = window.takeCall(...APP, 1);
    if (!('id' in answer)) continue;
    granted++;
    window.endCall(...APP, answer.id, true);
  }
  return granted;
}

suite('a clock that is set', () => {
  const real = { now: Date.now, uptime: os.uptime, hostname: os.hostname };
  let machine: Machine;
  beforeEach(async () => {
    machine = new Machine();
    machine.folder = await mkdtemp(path.join(os.tmpdir(), 'steps-'));
    Date.now = () => machine.now;
    os.uptime = () => Math.floor(machine.uptime / 1000);
    syncBuiltinESMExports();
  });
  afterEach(async () => {
    Date.now = real.now;
    os.uptime = real.uptime;
    os.hostname = real.hostname;
    syncBuiltinESMExports();
    await rm(machine.folder, { recursive: true });
  });

  for (const [name, step] of [
    ['forward', HOUR],
    ['back', -HOUR],
  ] as const) {
    test(`${name}: the calls before it keep their age, in every window, and each step counts once`, () => {
      const windows = [machine.window(), machine.window()] as const;
      assert.equal(callTimes(windows[0], 70), 70);
      machine.pass(30_000);
      machine.now += step;
      assert.equal(callTimes(windows[1], 100), 30);
      assert.equal(callTimes(windows[0], 100), 0);
      machine.pass(31_000);
      assert.equal(callTimes(windows[0], 100), 70, 'those of the first minute are a minute old');
      machine.pass(61_000);
      assert.equal(callTimes(windows[1], 150), 100);
    });

    test(`${name}: a lease stays with its holder, and ends when it should`, () => {
      const windows = [machine.window(), machine.window()] as const;
      assert.equal(windows[0].takeLease('run', 'one', 15_000), true);
      machine.pass(5000);
      machine.now += step;
      assert.equal(windows[1].takeLease('run', 'other', 15_000), false);
      machine.pass(11_000);
      assert.equal(windows[1].takeLease('run', 'other', 15_000), true);
    });
  }

  for (const [name, step] of [
    ['forward', HOUR],
    ['back', -HOUR],
    ['back by a year', -365 * 24 * HOUR],
  ] as const) {
    test(`${name}: a pause keeps its length`, () => {
      const windows = [machine.window(), machine.window()] as const;
      windows[0].callsRefused(...APP, machine.now + 60_000);
      machine.pass(1000);
      machine.now += step;
      assert.deepEqual(windows[1].takeCall(...APP, 1), { retryInMs: 59_000 });
      machine.pass(60_000);
      assert.equal(callTimes(windows[1], 1), 1);
    });
  }

  test('calls that are told after it count, too', () => {
    const window = machine.window();
    callTimes(window, 1);
    machine.pass(1000);
    machine.now -= HOUR;
    for (let one = 0; one < 99; one++) window.noteCall(...APP, machine.now, machine.now);
    assert.equal(window.callUsage(...APP).minute, 100);
  });

  test('the clock is read after the wait for another window', () => {
    const database = openDatabase(machine.folder, 'a.db', CALL_SCHEMA + SIGN_IN_SCHEMA + CLOCK_SCHEMA);
    const within: boolean[] = [];
    Date.now = () => {
      within.push(database.isTransaction);
      return machine.now;
    };
    new ClockSteps(database, 'boot').atNow((now) => {
      assert.equal(now, machine.now);
    });
    assert.deepEqual(within, [true]);
    database.close();
  });

  test('two systems that share the file share its limit', () => {
    const windows = ['one', 'other'].map((name) => {
      os.hostname = () => name;
      syncBuiltinESMExports();
      return machine.window();
    });
    let granted = 0;
    for (let one = 0; one < 300; one++) {
      for (const [at, window] of windows.entries()) {
        const { uptime } = machine;
        machine.uptime += at * 240 * HOUR;
        granted += callTimes(window, 1);
        machine.uptime = uptime;
      }
      machine.pass(100);
    }
    assert.equal(granted, 100);
  });

  test('a restart after which the system runs longer than before is none', () => {
    const boot = (id: string): ClockSteps => new ClockSteps(database, id);
    const database = openDatabase(machine.folder, 'a.db', CALL_SCHEMA + SIGN_IN_SCHEMA + CLOCK_SCHEMA);
    const ledger = new Ledger(new SqliteCallTable(database));
    boot('one').atNow((now) => {
      ledger.note('app', now, now);
    });
    machine.now += 24 * HOUR;
    machine.uptime += 10_000;
    assert.equal(
      boot('other').atNow((now) => ledger.usage('app', now).hour),
      0,
    );
    database.close();
  });

  test('sleep and a restart of the system are none', () => {
    const window = machine.window();
    callTimes(window, 60);
    machine.pass(HOUR + 1000);
    assert.equal(window.callUsage(...APP).hour, 0, 'after sleep');
    callTimes(window, 60);
    machine.pass(2 * HOUR);
    machine.uptime = 60_000;
    assert.equal(machine.window().callUsage(...APP).hour, 0, 'after a restart');
  });

  test('many small corrections count like one', () => {
    const window = machine.window();
    for (let minute = 0; minute < 50; minute++) {
      callTimes(window, 1);
      machine.pass(61_000);
      machine.now += 900;
    }
    assert.ok(window.callUsage(...APP).hour <= 50);
    assert.equal(callTimes(window, 150), 100);
  });
});
