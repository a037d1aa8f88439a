import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { Ledger } from '../../src/defender/calls/ledger.ts';
import { CALL_SCHEMA, SqliteCallTable } from '../../src/storage/callTable.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { mostWithin } from '../tenant/rateLimit.ts';
import type { RecordedRequest } from '../tenant/recording.ts';
import { openHouse } from './sharedHouse.ts';
import type { House } from './sharedHouse.ts';
import { until } from './stage.ts';

/** A shortened minute and hour. */
const WINDOWS = [
  { calls: 10, ms: 1000 },
  { calls: 30, ms: 5000 },
] as const;

/** Calls of the background work: at 30 in five seconds they take more than ten. */
const BACKGROUND_CALLS = 80;

/** Opens a house that is closed at the end of the test. */
async function openTestHouse(context: TestContext): Promise<House> {
  const house = await openHouse(WINDOWS);
  context.after(house.close);
  return house;
}

function arrivals(requests: readonly RecordedRequest[]): readonly number[] {
  return requests.map(({ at }) => at);
}

/** Asserts, by the tenant's recording, that no window was exceeded and nothing was refused. */
function assertWithinLimits({ tenant }: House): void {
  const requests = tenant.recording.at('api');
  for (const { calls, ms } of WINDOWS) {
    const most = mostWithin(ms, arrivals(requests));
    assert.ok(most <= calls, `${most} calls within ${ms} ms`);
  }
  assert.ok(requests.every(({ status }) => status !== 429));
}

/** Returns the number of calls under way in the database. */
function openCalls({ order }: House): number {
  const database = openDatabase(order.folder, 'shared.db', CALL_SCHEMA);
  try {
    return new SqliteCallTable(database).countOpen(order.application);
  } finally {
    database.close();
  }
}

suite('several windows share one account of calls', () => {
  test('four processes at once never exceed a window, and every call is answered', async (context) => {
    const house = await openTestHouse(context);
    const windows = Array.from({ length: 4 }, () => house.open());
    const outcomes = (await Promise.all(windows.map(({ outcomes: ended }) => ended))).flat();
    // The actions do not exist. A 404 is an answer like any other, and counts like any other.
    assert.deepEqual(new Set(outcomes), new Set(['notFound']));
    assert.equal(outcomes.length, 40);
    assert.equal(house.tenant.recording.at('api').length, 40);
    assertWithinLimits(house);
    assert.equal(openCalls(house), 0);
  });

  test('background work of all together leaves the reserve for a click', async (context) => {
    const house = await openTestHouse(context);
    const order = { calls: BACKGROUND_CALLS / 2, priority: 'background' } as const;
    const background = [house.open(order), house.open(order)];
    await until(() => house.tenant.recording.at('api').length >= 8, 'no background work');
    const clicked = house.open({ calls: 2 });
    await clicked.outcomes;
    // The background work takes many windows, also while a busy machine starts the process that clicks.
    assert.ok(house.tenant.recording.at('api').length < BACKGROUND_CALLS + 2, 'the clicks came last');
    await Promise.all(background.map(({ outcomes }) => outcomes));
    assert.equal(house.tenant.recording.at('api').length, BACKGROUND_CALLS + 2);
    assertWithinLimits(house);
  });

  test('a process that is killed between sending and answer blocks nobody, and its call still counts', async (context) => {
    const house = await openTestHouse(context);
    house.tenant.faults.add({ door: 'api', holdMs: 60_000 });
    const doomed = house.open({ calls: 1 });
    const { recording } = house.tenant;
    await until(() => recording.at('api').length === 1, 'the doomed one does not call');
    doomed.process.kill('SIGKILL');
    assert.deepEqual(await doomed.outcomes, []);
    assert.equal(openCalls(house), 1);

    const others = [house.open(), house.open()];
    const outcomes = (await Promise.all(others.map(({ outcomes: ended }) => ended))).flat();
    assert.equal(outcomes.length, 20);
    assert.equal(recording.at('api').length, 21);
    assertWithinLimits(house);
    // No one knows whether the server counted the call, so nothing takes its place before its deadline.
    assert.equal(openCalls(house), 1);
    const afterwards = arrivals(recording.at('api').slice(1));
    for (const { calls, ms } of WINDOWS) assert.ok(mostWithin(ms, afterwards) <= calls - 1);
    assertReleasedAfterDeadline(house);
  });
});

/** Asserts that a call without an end is counted as long as a call can last, and no longer. */
function assertReleasedAfterDeadline({ order }: House): void {
  const database = openDatabase(order.folder, 'shared.db', CALL_SCHEMA);
  try {
    const ledger = new Ledger(new SqliteCallTable(database), order.windows);
    assert.equal(ledger.usage(order.application, Date.now() + 90_000).minute, 1);
    assert.equal(ledger.usage(order.application, Date.now() + 200_000).minute, 0);
  } finally {
    database.close();
  }
}
