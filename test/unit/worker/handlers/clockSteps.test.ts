import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
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
  const real = { now: Date.now, uptime: os.uptime };
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
