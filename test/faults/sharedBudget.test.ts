import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { Ledger } from '../../src/defender/ledger.ts';
import { CALL_SCHEMA, SqliteCallTable } from '../../src/storage/callTable.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import type { RecordedRequest } from '../tenant/recording.ts';
import { isReport } from './sharedOrder.ts';
import type { Order } from './sharedOrder.ts';
import { until } from './stage.ts';

/** A minute and an hour, shortened. */
const WINDOWS = [
  { calls: 10, ms: 1000 },
  { calls: 30, ms: 5000 },
] as const;

interface House {
  readonly tenant: LocalTenant;
  readonly order: Order;
  /** Starts a window with its work; answers its outcomes when it has ended. */
  readonly open: (change?: Partial<Order>) => { readonly process: ChildProcess; readonly outcomes: Promise<string[]> };
}

/** A tenant that counts, and a folder for the database that all processes share. */
async function openHouse(context: TestContext): Promise<House> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shared-budget-'));
  const tenant = await startLocalTenant({
    limits: WINDOWS.map(({ calls, ms }) => ({ limit: calls, milliseconds: ms, label: `${ms} ms` })),
  });
  const processes: ChildProcess[] = [];
  context.after(async () => {
    for (const process of processes) process.kill('SIGKILL');
    await tenant.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const order: Order = {
    apiUrl: tenant.apiUrl,
    token: await tenant.mintAccessToken(),
    folder,
    application: `${tenant.tenantId} ${tenant.clientId}`,
    windows: WINDOWS,
    calls: 10,
    priority: 'click',
  };
  return {
    tenant,
    order,
    open: (change = {}) => {
      const child = fork(path.join(import.meta.dirname, 'sharedClient.ts'), {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        env: { ...process.env, NODE_EXTRA_CA_CERTS: tenant.caFile },
      });
      processes.push(child);
      child.send({ ...order, ...change });
      return { process: child, outcomes: reported(child) };
    },
  };
}

async function reported(child: ChildProcess): Promise<string[]> {
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  await once(child, 'exit');
  const [report] = messages;
  return isReport(report) ? [...report.outcomes] : [];
}

/** The most requests that arrived in any span of `ms`. */
function mostWithin(requests: readonly RecordedRequest[], ms: number): number {
  const times = requests.map(({ at }) => at).toSorted((one, other) => one - other);
  return Math.max(...times.map((start, index) => times.filter((time, at) => at >= index && time < start + ms).length));
}

/** By the tenant's recording: no window was exceeded, and nothing was refused. */
function assertWithinLimits({ tenant }: House): void {
  const requests = tenant.recording.at('api');
  for (const { calls, ms } of WINDOWS) {
    const most = mostWithin(requests, ms);
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
    const house = await openHouse(context);
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
    const house = await openHouse(context);
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
    const house = await openHouse(context);
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
    const afterwards = recording.at('api').slice(1);
    for (const { calls, ms } of WINDOWS) assert.ok(mostWithin(afterwards, ms) <= calls - 1);
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
