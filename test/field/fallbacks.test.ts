import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { DefenderClient } from '../../src/defender/client.ts';
import { ActionStore } from '../../src/actions/actionStore.ts';
import { failure, patience } from '../unit/defender/expected.ts';
import { from, ids, numbered } from '../unit/results/manyActions.ts';
import { ANSWERS, PARTS, partsOf, QueryServer } from './queryServer.ts';
import type { Part } from './queryServer.ts';

const ROWS = 137;
const DEVICE = numbered(0).machineId ?? '';

function open(server: QueryServer, client: DefenderClient = server.client()): ActionStore {
  return new ActionStore(() => Promise.resolve(client), false);
}

async function loadToTheEnd(store: ActionStore): Promise<void> {
  await store.ensureLoaded(patience());
  for (let gestures = 0; store.state.kind === 'loaded' && store.state.hasMore; gestures++) {
    assert.ok(gestures < 50, 'there is more for ever');
    await store.loadMore(patience());
  }
}

/** Returns the action that has ended since, with the update time of the newest known action. */
function ended(number: number, at: number): ReturnType<typeof numbered> {
  return numbered(number, { status: 'Failed', lastUpdateDateTimeUtc: numbered(at).creationDateTimeUtc });
}

for (const part of PARTS) {
  suite(`P7, P8: a server without "${part}"`, () => {
    for (const does of ANSWERS) {
      test(`the whole list is loaded, newest first; answer: ${does}`, async () => {
        const server = new QueryServer(ROWS, { [part]: does });
        const store = open(server);
        await store.ensureLoaded(patience());
        assert.equal(store.actions[0]?.id, `action ${ROWS - 1}`, 'the newest is missing');
        await loadToTheEnd(store);
        assert.deepEqual(ids(store), from(ROWS - 1, 0));
        assert.ok(server.asked.length <= 9, `${server.asked.length} calls`);
      });

      test(`a device and a span are loaded; answer: ${does}`, async () => {
        const server = new QueryServer(ROWS, { [part]: does });
        const store = open(server);
        await store.loadDevice(DEVICE, patience());
        assert.equal(store.actions.length, ROWS);
        await store.loadSpan({ from: '2026-01-01T00:00:00Z', before: '2027-01-01T00:00:00Z' }, patience());
        assert.equal(store.actions.length, ROWS);
        assert.ok(server.asked.length <= 12, `${server.asked.length} calls`);
      });

      test(`a refresh brings what is new and what has ended, and remembers; answer: ${does}`, async () => {
        const server = new QueryServer(20, { [part]: does });
        server.actions[15] = numbered(15, { status: 'InProgress' });
        const client = server.client();
        const store = open(server, client);
        await store.ensureLoaded(patience());
        server.actions[15] = ended(15, 20);
        server.actions.push(numbered(20));
        await store.refresh(patience());
        assert.deepEqual(ids(store), from(20, 0));
        assert.equal(store.get('action 15')?.status, 'Failed');
        server.asked.length = 0;
        server.actions.push(numbered(21));
        await store.refresh(patience());
        assert.deepEqual(ids(store), from(21, 0));
        assert.ok(server.asked.length <= 2, `${server.asked.length} calls for a second refresh`);
        // A server that silently keeps its maximum costs no call where there are fewer rows.
        if (part !== 'rows' || does !== 'ignored') assert.equal(server.callsWith(part), 0, 'it is asked again');
      });
    }
  });
}

suite('P7, P8: as they were reported', () => {
  for (const status of [500, 501] as const) {
    test(`P7: ${status} to any query by the last update: by creation, and remembered`, async () => {
      const server = new QueryServer(49, { update: status });
      const store = open(server);
      await store.ensureLoaded(patience());
      server.asked.length = 0;
      for (let refreshes = 0; refreshes < 3; refreshes++) await store.refresh(patience());
      assert.deepEqual(
        server.asked.map((url) => partsOf(url).includes('update')),
        [true, false, false, false],
      );
    });
  }

  test('P8: 400 to any query with an order: the list without order, sorted here', async () => {
    const server = new QueryServer(ROWS, { order: 400 });
    const store = open(server);
    await store.ensureLoaded(patience());
    assert.deepEqual(ids(store), from(ROWS - 1, 0));
    assert.equal(server.callsWith('order'), 1);
  });
});

suite('fallbacks: what is learned, and what is not', () => {
  test('any pair of parts that are not taken ends in the right list', async () => {
    for (const one of PARTS) {
      for (const other of PARTS) {
        if (one === other) continue;
        for (const does of [400, 500, 'ignored'] as const) {
          const server = new QueryServer(ROWS, { [one]: does, [other]: 501 });
          const store = open(server);
          await loadToTheEnd(store);
          server.actions.push(numbered(ROWS));
          await store.refresh(patience());
          assert.deepEqual(ids(store), from(ROWS, 0), `${one}: ${does}, ${other}: 501`);
        }
      }
    }
  });

  for (const status of [400, 404, 405, 500, 501]) {
    test(`a server that answers ${status} to everything for a while teaches nothing`, async () => {
      const server = new QueryServer(ROWS, {});
      const store = open(server);
      await store.ensureLoaded(patience());
      await store.refresh(patience());
      server.down = status;
      server.asked.length = 0;
      await assert.rejects(
        store.refresh(patience()),
        failure(status === 404 ? 'notFound' : status < 500 ? 'badRequest' : 'serverError', { status }),
      );
      assert.ok(server.asked.length <= 6, `${server.asked.length} calls`);
      server.down = undefined;
      server.asked.length = 0;
      await store.refresh(patience());
      await store.loadMore(patience());
      assert.deepEqual(new Set(server.asked.flatMap(partsOf)), new Set<Part>(['update', 'order', 'rows', 'skip']));
    });
  }

  test('a refusal that is no matter of the query is not asked around', async () => {
    for (const status of [401, 403, 407]) {
      const server = new QueryServer(ROWS, {});
      const store = open(server);
      await store.ensureLoaded(patience());
      server.down = status;
      server.asked.length = 0;
      await assert.rejects(store.refresh(patience()));
      assert.ok(server.asked.length <= 2, `${server.asked.length} calls after ${status}`);
    }
  });

  test('what one list learned counts for all lists of the connection', async () => {
    const server = new QueryServer(ROWS, { order: 400, skip: 501 });
    const client = server.client();
    await loadToTheEnd(open(server, client));
    server.asked.length = 0;
    const store = open(server, client);
    await loadToTheEnd(store);
    assert.deepEqual(ids(store), from(ROWS - 1, 0));
    assert.deepEqual([server.callsWith('order'), server.callsWith('skip')], [0, 0]);
  });

  test('a list without an order that is not whole says so', async () => {
    const server = new QueryServer(12_000, { order: 400 });
    const store = open(server);
    await store.ensureLoaded(patience());
    assert.ok(store.actions.length >= 10_000);
    assert.equal(store.wholeSince, Infinity);
    await loadToTheEnd(store);
    assert.equal(store.actions.length, 12_000);
    assert.equal(store.wholeSince, -Infinity);
  });

  test('as many newer rows as a page holds are not taken for an ignored $skip', async () => {
    const server = new QueryServer(ROWS, {});
    const store = open(server);
    await store.ensureLoaded(patience());
    for (let at = ROWS; at < ROWS + 50; at++) server.actions.push(numbered(at));
    await loadToTheEnd(store);
    for (let at = 0; at < ROWS; at++) assert.ok(store.get(`action ${at}`) !== undefined, `action ${at} is lost`);
    assert.ok(server.callsWith('skip') >= 2);
  });

  test('nothing asks with $count or id in: they need no fallback', () => {
    const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith(`sample${path.sep}`))
      .filter((file) => /\$count|\bid in \(/u.test(readFileSync(path.join('src', file), 'utf8')));
    assert.deepEqual(found, []);
  });
});
