import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { isLiveResponseError } from '../../src/base/errors.ts';
import { ActionStore } from '../../src/actions/actionStore.ts';
import { loadHosts, loadUnknown } from '../../src/runs/runHosts.ts';
import { findRuns } from '../../src/runs/runs.ts';
import type { Run } from '../../src/model/run.ts';
import { patience } from '../unit/defender/expected.ts';
import { TENANT } from '../unit/results/fixtures.ts';
import { numbered } from '../unit/results/manyActions.ts';
import { API, CONTENTS, LINKS, PagingServer } from './support/pagingServer.ts';

/** Rows of the tenant: three pages of 50. */
const ROWS = 137;
const DEVICE = numbered(0).machineId ?? '';

interface Caller {
  readonly name: string;
  /** Rows that the server has before {@link prepare}. */
  readonly before: number;
  /** Brings the list to the state in which the tested loop begins. */
  readonly prepare: (store: ActionStore) => Promise<void>;
  readonly load: (store: ActionStore, server: PagingServer) => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

async function loadToTheEnd(store: ActionStore): Promise<void> {
  await store.ensureLoaded(patience());
  for (let gestures = 0; store.state.kind === 'loaded' && store.state.hasMore; gestures++) {
    assert.ok(gestures < 50, 'there is more for ever');
    await store.loadMore(patience());
  }
}

function runOfAll(server: PagingServer): Run {
  const [run] = findRuns(server.actions, TENANT);
  assert.ok(run !== undefined);
  return run;
}

/** Every operation of the product that reads more than one page. */
const CALLERS: readonly Caller[] = [
  {
    name: 'refresh',
    before: 1,
    prepare: (store) => store.ensureLoaded(patience()),
    load: (store) => store.refresh(patience()),
  },
  {
    name: 'background poll',
    before: 1,
    prepare: (store) => store.ensureLoaded(patience()),
    load: (store) => store.poll(patience()),
  },
  { name: 'load device', before: ROWS, prepare: nothing, load: (store) => store.loadDevice(DEVICE, patience()) },
  {
    name: 'load span',
    before: ROWS,
    prepare: nothing,
    load: (store) => store.loadSpan({ from: '2026-01-01T00:00:00Z', before: '2027-01-01T00:00:00Z' }, patience()),
  },
  { name: 'load more', before: ROWS, prepare: nothing, load: loadToTheEnd },
  {
    name: "a run's fetch",
    before: ROWS,
    prepare: nothing,
    load: (store, server) =>
      loadUnknown(store, runOfAll(server), runOfAll(server).members, { signal: patience(), priority: 'background' }),
  },
];

function open(server: PagingServer): ActionStore {
  const client = server.client();
  return new ActionStore(() => Promise.resolve(client), false);
}

/** Prepares the list, lets a caller load it, and returns it. */
async function load(caller: Caller, server: PagingServer, rows: number): Promise<ActionStore> {
  const store = open(server);
  await caller.prepare(store);
  for (let at = server.actions.length; at < rows; at++) server.actions.push(numbered(at));
  server.forget();
  await caller.load(store, server);
  return store;
}

function assertOwnHost(server: PagingServer): void {
  assert.deepEqual(
    server.asked.filter(({ origin, username }) => origin !== API || username !== ''),
    [],
    'the token went elsewhere',
  );
}

for (const caller of CALLERS) {
  suite(`pages of a hostile server: ${caller.name}`, () => {
    for (const links of LINKS) {
      for (const contents of CONTENTS) {
        test(`next link: ${links}; pages by link: ${contents}`, async () => {
          const server = new PagingServer(caller.before, links, contents);
          const store = await load(caller, server, ROWS);
          assert.equal(store.actions.length, ROWS, 'rows are lost');
          assert.ok(
            server.asked.length <= server.newPages + 2,
            `${server.asked.length} calls for ${server.newPages} pages`,
          );
          assertOwnHost(server);
        });
      }
    }

    test('a server that invents a row for every page is given up, and what it brought is kept', async () => {
      const server = new PagingServer(caller.before, 'growing');
      const store = open(server);
      await caller.prepare(store);
      server.forget();
      server.isEndless = true;
      if (caller.name === 'load more') {
        // One call for each gesture: the user ends this loop.
        await store.ensureLoaded(patience());
        await store.loadMore(patience());
        assert.equal(server.asked.length, 2);
        return;
      }
      const isRefresh = caller.name === 'refresh' || caller.name === 'background poll';
      const loading = caller.load(store, server);
      if (isRefresh) await loading;
      else await assert.rejects(loading, (error) => isLiveResponseError(error) && error.code === 'unexpectedAnswer');
      assert.ok(server.asked.length <= (isRefresh ? 12 : 202), `${server.asked.length} calls`);
      // A refresh that brings too many rows starts the list again.
      assert.ok(store.actions.length >= (isRefresh ? 1 : 100), `${store.actions.length} actions`);
    });
  });
}

suite('pages as they were reported', () => {
  test('P1: the next link loses its names, grows, and stays where it is: all rows come, and then the end', async () => {
    const server = new PagingServer(ROWS, 'growing');
    const store = open(server);
    await store.loadDevice(DEVICE, patience());
    assert.equal(store.actions.length, ROWS);
    assert.equal(server.asked.length, 5);
  });

  test('P2: a row, and then empty pages with the same link for ever: one poll ends', async () => {
    const server = new PagingServer(1, 'same', 'empty');
    const store = open(server);
    await store.ensureLoaded(patience());
    server.forget();
    await store.poll(patience());
    assert.ok(server.asked.length <= 3, `${server.asked.length} calls`);
    await loadToTheEnd(store);
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
  });

  test('an empty first page that names a next one is the end', async () => {
    const server = new PagingServer(0, 'same', 'empty');
    const store = open(server);
    await loadToTheEnd(store);
    await store.loadDevice(DEVICE, patience());
    assert.ok(server.asked.length <= 2, `${server.asked.length} calls`);
  });

  test('as many newer rows as a page holds do not pass for the end of the list', async () => {
    const server = new PagingServer(ROWS, 'none');
    const store = open(server);
    await store.ensureLoaded(patience());
    for (let at = ROWS; at < ROWS + 50; at++) server.actions.push(numbered(at));
    await loadToTheEnd(store);
    for (let at = 0; at < ROWS; at++) assert.ok(store.get(`action ${at}`) !== undefined, `action ${at} is lost`);
  });

  test('a run that is older with every look is not followed for ever', async () => {
    const looks: string[] = [];
    const actions = [numbered(0)];
    const list = {
      actions,
      wholeSince: Infinity,
      loadSpan: ({ from }: { from: string }) => {
        looks.push(from);
        const oldest = new Date(actions[0]?.creationDateTimeUtc ?? '').getTime();
        for (let minutes = 20; minutes <= 240; minutes += 20) {
          actions.unshift(
            numbered(0, { id: `old ${looks.length} ${minutes}`, creationDateTimeUtc: iso(oldest, minutes) }),
          );
        }
        return looks.length > 500 ? Promise.reject(new Error('looked for ever')) : Promise.resolve();
      },
    };
    const [run] = findRuns(actions, TENANT);
    assert.ok(run !== undefined);
    await loadHosts(list, run, patience());
    assert.ok(looks.length <= 30, `${looks.length} looks`);
  });
});

function iso(before: number, minutes: number): string {
  return new Date(before - minutes * 60_000).toISOString();
}

test('one file walks through pages: no other follows a next link or asks for a page', () => {
  // A pack answers from memory.
  const own = ['connections/packs.ts', 'sample/api/sampleTenant.ts'];
  const allowed = ['defender/schema.ts', 'defender/client.ts', 'defender/list/paging.ts', ...own];
  const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !allowed.includes(file))
    .filter((file) => /nextLink|listMachineActions/u.test(readFileSync(path.join('src', file), 'utf8')));
  assert.deepEqual(found, []);
});
