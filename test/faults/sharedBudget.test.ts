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

/** A minute and an hour, shortened. */
const WINDOWS = [
  { calls: 10, ms: 1000 },
  { calls: 30, ms: 5000 },
] as const;

/** A house that is closed with its test. */
async function openTestHouse(context: TestContext): Promise<House> {
  const house = await openHouse(WINDOWS);
  context.after(house.close);
  return house;
}

function arrivals(requests: readonly RecordedRequest[]): readonly number[] {
  return requests.map(({ at }) => at);
}

/** By the tenant's recording: no window was exceeded, and nothing was refused. */
function assertWithinLimits({ tenant }: House): void {
  const requests = tenant.recording.at('api');
  for (const { calls, ms } of WINDOWS) {
    const most = mostWithin(ms, arrivals(requests));
    assert.ok(most <= calls, `${most} calls within ${ms} ms`);
  }
  assert.ok(requests.every(({ status }) => status !== 429));
}

/** Calls under way, as the database has them. */
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
    // The actions do not exist: 404 is an answer as good as any, and counted as any.
    assert.deepEqual(new Set(outcomes), new Set(['notFound']));
    assert.equal(outcomes.length, 40);
    assert.equal(house.tenant.recording.at('api').length, 40);
    assertWithinLimits(house);
    assert.equal(openCalls(house), 0);
  });

  test('background work of all together leaves the reserve for a click', async (context) => {
    const house = await openTestHouse(context);
    const background = [house.open({ priority: 'background' }), house.open({ priority: 'background' })];
    await until(() => house.tenant.recording.at('api').length >= 8, 'no background work');
    const clicked = house.open({ calls: 2 });
    await clicked.outcomes;
    // Twenty calls of background work take three windows; the clicks did not queue behind them.
    assert.ok(house.tenant.recording.at('api').length < 22, 'the clicks came last');
    await Promise.all(background.map(({ outcomes }) => outcomes));
    assert.equal(house.tenant.recording.at('api').length, 22);
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
    // Nobody knows whether the server counted it: until its deadline is over, nobody uses its place.
    assert.equal(openCalls(house), 1);
    const afterwards = arrivals(recording.at('api').slice(1));
    for (const { calls, ms } of WINDOWS) assert.ok(mostWithin(ms, afterwards) <= calls - 1);
    assertReleasedAfterDeadline(house);
  });
});

/** A call without an end lasts as long as a call can last, and no longer. */
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
