import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { Ledger, LONGEST_CALL_MS } from '../../../../src/defender/calls/ledger.ts';
import type { CallRows, RateWindow } from '../../../../src/defender/calls/ledger.ts';
import { MemoryCallRows } from '../../../../src/defender/calls/memoryCallRows.ts';
import { CALL_SCHEMA, SqliteCallTable } from '../../../../src/storage/callTable.ts';
import { openDatabase } from '../../../../src/storage/database.ts';

const APP = 'tenant|client';
const NOW = Date.UTC(2026, 10, 23, 21);
const MINUTE = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ledger-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function takeId(ledger: Ledger, now = NOW, application = APP): number {
  const answer = ledger.take(application, 1, now);
  assert.ok('id' in answer, 'a call was refused');
  return answer.id;
}

const KINDS: readonly (readonly [string, () => CallRows])[] = [
  ['in memory', () => new MemoryCallRows()],
  ['in a file', () => new SqliteCallTable(openDatabase(folder, 'shared.db', CALL_SCHEMA))],
];

for (const [kind, createRows] of KINDS) {
  suite(`the ledger ${kind}`, () => {
    const few: readonly [RateWindow, RateWindow] = [
      { calls: 2, ms: MINUTE },
      { calls: 3, ms: 60 * MINUTE },
    ];

    test('it says how long until there is room, by minute and by hour', () => {
      const ledger = new Ledger(createRows(), few);
      for (const at of [0, 10]) ledger.end(APP, takeId(ledger, NOW + at), true, NOW + at);
      assert.deepEqual(ledger.take(APP, 1, NOW + 20), { retryInMs: MINUTE - 20 });
      ledger.end(APP, takeId(ledger, NOW + MINUTE), true, NOW + MINUTE);
      const answer = ledger.take(APP, 1, NOW + 3 * MINUTE);
      assert.deepEqual(answer, { retryInMs: 57 * MINUTE });
    });

    test('where only the end of a call under way makes room, it names no time', () => {
      const ledger = new Ledger(createRows(), few);
      takeId(ledger);
      takeId(ledger);
      assert.deepEqual(ledger.take(APP, 1, NOW), { retryInMs: undefined });
    });

    test('after the clock was set back, the calls before it count as made now, and no longer', () => {
      const ledger = new Ledger(createRows(), few);
      ledger.end(APP, takeId(ledger, NOW + 60 * MINUTE), true, NOW + 60 * MINUTE);
      takeId(ledger, NOW + 60 * MINUTE);
      assert.deepEqual(ledger.take(APP, 1, NOW), { retryInMs: MINUTE });
      assert.ok('id' in ledger.take(APP, 1, NOW + MINUTE));
      // The call without an end is gone with its deadline, and not only an hour later.
      assert.equal(ledger.usage(APP, NOW + 5 * MINUTE).minute, 0);
    });

    test('after the clock was set back, a pause is not longer than the longest', () => {
      const ledger = new Ledger(createRows());
      const later = NOW + 365 * 24 * 60 * MINUTE;
      ledger.refused(APP, later + MINUTE, later);
      assert.deepEqual(ledger.take(APP, 1, NOW), { retryInMs: 60 * MINUTE });
      assert.equal(ledger.usage(APP, NOW + MINUTE).pausedUntil, NOW + 60 * MINUTE, 'it does not grow');
      // The learned limit doubles with every quiet minute, from the end of the pause.
      assert.equal(ledger.usage(APP, NOW + 70 * MINUTE).minuteLimit, 100);
    });

    test('a time that is a little later is another window’s, which wrote meanwhile, and stays', () => {
      const ledger = new Ledger(createRows(), few);
      for (let calls = 0; calls < 2; calls++) ledger.end(APP, takeId(ledger, NOW + 4000), true, NOW + 4000);
      assert.deepEqual(ledger.take(APP, 1, NOW), { retryInMs: MINUTE + 4000 });
    });

    test('a call that ends by a clock that was set back a little leaves its window first', () => {
      const ledger = new Ledger(createRows(), few);
      const [one, other] = [takeId(ledger), takeId(ledger)];
      ledger.end(APP, one, true, NOW + 4000);
      ledger.end(APP, other, true, NOW + 1000);
      assert.deepEqual(ledger.take(APP, 1, NOW + 5000), { retryInMs: MINUTE - 4000 });
      assert.equal(ledger.usage(APP, NOW + MINUTE + 1000).minute, 1);
      assert.equal(ledger.usage(APP, NOW + MINUTE + 4000).minute, 0);
    });

    test('a call that may last longer is not taken for ended by the account of shorter ones', () => {
      const rows = createRows();
      const short = new Ledger(rows, few);
      const long = new Ledger(rows, few, 4 * MINUTE);
      const name = `${APP}|long`;
      for (let calls = 0; calls < 2; calls++) assert.ok('id' in long.take(name, 1, NOW));
      // The other account looks for calls whose process is gone, more than 100 seconds later.
      assert.equal(short.usage(APP, NOW + 3 * MINUTE).minute, 0);
      assert.deepEqual(long.take(name, 1, NOW + 3 * MINUTE), { retryInMs: undefined });
      // After its own longest time it counts for a minute more.
      assert.deepEqual(long.take(name, 1, NOW + 4 * MINUTE + 1), { retryInMs: MINUTE - 1 });
      assert.ok('id' in long.take(name, 1, NOW + 5 * MINUTE));
    });

    test('a call of an application that is never used again does not stay for ever', () => {
      const rows = createRows();
      assert.ok('id' in new Ledger(rows, few).take(`${APP}|gone`, 1, NOW));
      new Ledger(rows, few).usage(APP, NOW + 65 * MINUTE);
      assert.equal(rows.countOpen(`${APP}|gone`), 0);
    });

    test('applications do not share what they may spend', () => {
      const ledger = new Ledger(createRows(), few);
      takeId(ledger);
      takeId(ledger);
      takeId(ledger, NOW, 'tenant|other');
    });

    test('a call whose process died counts as long as it could have lasted, and blocks nobody for good', () => {
      const ledger = new Ledger(createRows(), few);
      takeId(ledger);
      takeId(ledger);
      const later = NOW + LONGEST_CALL_MS + 1;
      assert.deepEqual(ledger.take(APP, 1, later), { retryInMs: MINUTE - 1 });
      takeId(ledger, NOW + LONGEST_CALL_MS + MINUTE);
    });

    test('a call that was never sent does not count', () => {
      const ledger = new Ledger(createRows());
      ledger.giveBack(takeId(ledger));
      assert.equal(ledger.usage(APP, NOW).minute, 0);
    });

    test('a pause without a time is twice as long each time, up to four minutes, until a call is answered', () => {
      const ledger = new Ledger(createRows());
      const pauses: number[] = [];
      let now = NOW;
      for (let time = 0; time < 5; time++) {
        const { pausedUntil } = ledger.refused(APP, undefined, now);
        pauses.push((pausedUntil - now) / 1000);
        now = pausedUntil;
      }
      assert.deepEqual(pauses, [30, 60, 120, 240, 240]);
      now += 10 * MINUTE;
      ledger.end(APP, takeId(ledger, now), true, now);
      assert.equal(ledger.refused(APP, undefined, now).pausedUntil, now + 30_000);
    });

    test('a refusal while we made few calls means others: we take less, and more with every quiet minute', () => {
      const ledger = new Ledger(createRows());
      for (let call = 0; call < 12; call++) ledger.end(APP, takeId(ledger), true, NOW);
      assert.equal(ledger.refused(APP, NOW + 1000, NOW).minute, 12);
      const limits = [0, 1, 2, 3, 4].map((minutes) => ledger.usage(APP, NOW + 1000 + minutes * MINUTE).minuteLimit);
      assert.deepEqual(limits, [10, 20, 40, 80, 100]);
    });

    test('a refusal when the calls were ours changes nothing but the pause', () => {
      const ledger = new Ledger(createRows());
      for (let call = 0; call < 95; call++) ledger.end(APP, takeId(ledger), true, NOW);
      ledger.refused(APP, NOW + 1000, NOW);
      assert.equal(ledger.usage(APP, NOW).minuteLimit, 100);
      assert.deepEqual(ledger.take(APP, 1, NOW), { retryInMs: 1000 });
    });
  });
}

suite('two windows with one ledger file', () => {
  test('see each other’s calls and each other’s pauses', () => {
    const rows = (): CallRows => new SqliteCallTable(openDatabase(folder, 'shared.db', CALL_SCHEMA));
    const [one, other] = [new Ledger(rows()), new Ledger(rows())];
    for (let call = 0; call < 60; call++) one.end(APP, takeId(one), true, NOW);
    for (let call = 0; call < 40; call++) takeId(other);
    assert.deepEqual(one.take(APP, 1, NOW), { retryInMs: MINUTE });
    other.refused(APP, NOW + 5 * MINUTE, NOW);
    assert.deepEqual(one.take(APP, 1, NOW + 2 * MINUTE), { retryInMs: 3 * MINUTE });
  });
});
