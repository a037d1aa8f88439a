import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openWorkbench, reloadWindow } from '../rig/workbench.ts';
import { readNotifications, readTree, waitForNotification } from '../rig/workbenchParts.ts';
import { createLargeTenant, largeActionId, largeDevice } from '../tenant/largeTenant.ts';
import { menuTitle } from './support/commands.ts';
import { extensionHosts } from './support/extensionHosts.ts';
import { LOCAL, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const SIZE = { actions: 20, devices: 20 };
const SMALL = 18;
/** The action with a result that takes long to write: noise, which does not get smaller. */
const LARGE = 17;
const LARGE_LINES = 12_000;

const tenant = createLargeTenant(SIZE);
const OPTIONS: SessionOptions = {
  tenant: 'local',
  tenantOptions: {
    createSampleTenant: (options) => {
      const sample = tenant.createSampleTenant(options);
      return {
        ...sample,
        blob: (name) => {
          const blob = sample.blob(name);
          return name.endsWith(largeActionId(LARGE)) && blob !== undefined ? { ...blob, bytes: noise } : blob;
        },
      };
    },
  },
  settings: { 'liveResponse.followActions': true },
};

workbenchSuite('a host that is killed, and two windows', OPTIONS, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });

  const palette = (page: Page, command: string): Promise<void> =>
    runCommand(page, `Live Response: ${menuTitle(command)}`);
  const fetch = async (number: number): Promise<void> => {
    await palette(session.page, 'fetchResult');
    await typeQuickInput(session.page, `${largeActionId(number)}#0`);
  };
  const databaseFile = (name: string): string =>
    path.join(
      session.server.serverDataDir,
      'data/User/globalStorage/live-response-results.live-response-results',
      name,
    );

  test(
    'an extension host that is killed while it stores leaves a database that opens, and nothing half-written',
    { skip: process.platform !== 'linux' },
    async () => {
      const { page } = session;
      await fetch(SMALL);
      await waitForTab(page, hostName(SMALL));
      const hosts = await extensionHosts(session.server);
      assert.equal(hosts.length, 1, hosts.join());
      const log = databaseFile('results.db-wal');
      const before = statSync(log).size;
      await fetch(LARGE);
      const end = performance.now() + 30_000;
      // A result of this size is in SQLite's log before it is committed.
      while (statSync(log).size < before + 1_000_000 && performance.now() < end) await nextTurn();
      const writing = statSync(log).size - before;
      process.kill(hosts[0] ?? 0, 'SIGKILL');
      assert.ok(writing >= 1_000_000, `${writing} bytes were written`);
      await waitFor('the host to be gone', async () => !(await extensionHosts(session.server)).includes(hosts[0] ?? 0));

      await reloadWindow(page);
      await waitForRows(page, LOCAL);
      await fetch(LARGE);
      await waitForTab(page, hostName(LARGE));
      assert.deepEqual(storedIn(databaseFile('results.db')), [largeActionId(LARGE), largeActionId(SMALL)]);
      const downloads = tenantOf(session).recording.calls('download').length;
      await fetch(SMALL);
      await waitForTab(page, hostName(SMALL));
      assert.equal(tenantOf(session).recording.calls('download').length, downloads, 'it is stored');
      await runCommand(page, 'View: Close All Editors');
    },
  );

  test('an action that ends shows in both windows after one call, with one notice', async () => {
    const { page } = session;
    const lists = (): number => tenantOf(session).recording.calls('list').length;
    const newest = async (where: Page): Promise<string | undefined> => (await readTree(where, LOCAL))[0]?.description;
    const waitForEnd = (where: Page): Promise<unknown> =>
      waitFor('the end in the tree', async () => (await newest(where))?.includes('In progress') === false, 45_000);
    const watch = async (where: Page): Promise<void> => {
      await palette(where, 'watchAction');
      await waitForQuickInput(where, ({ title, items }) => title === 'Watch Action' && items.length === 1);
      await where.keyboard.press('Enter');
    };
    tenant.add();
    tenant.change(SIZE.actions, { status: 'InProgress' });
    await palette(page, 'refresh');
    await waitFor('it in the tree', async () => (await newest(page))?.includes('In progress'));
    await watch(page);

    const other = await page.context().newPage();
    try {
      const folder = path.join(session.workspace.folder, 'second');
      await mkdir(folder);
      await openWorkbench(other, session.server.urlFor({ folder }));
      await other.bringToFront();
      await waitForRows(other, LOCAL);
      await waitFor('it in the other tree', async () => (await newest(other))?.includes('In progress'));
      await watch(other);
      const asked = lists();
      tenant.change(SIZE.actions, { status: 'Succeeded' });
      await waitForEnd(other);
      await page.bringToFront();
      await waitForEnd(page);
      await waitForNotification(page, 'has ended: Succeeded.');
      // None where the one was under way as the action ended.
      assert.ok(lists() - asked <= 1, `${lists() - asked} calls`);
      assert.deepEqual(await readNotifications(other), []);
    } finally {
      await other.close();
    }
  });
});

function hostName(number: number): string {
  return largeDevice(number).split('.')[0] ?? '';
}

function noise(): Uint8Array {
  const output = Array.from({ length: LARGE_LINES }, () => randomBytes(750).toString('base64')).join('\n');
  return Buffer.from(
    JSON.stringify({ script_name: 'collect-triage.ps1', exit_code: 0, script_output: output, script_errors: '' }),
  );
}

/** The actions of all stored results, sorted, after a look at the whole file and at the bytes of each. */
function storedIn(file: string): string[] {
  const database = new DatabaseSync(file);
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    const rows = database.prepare('SELECT facts, bytes FROM results').all();
    return rows
      .map(({ facts, bytes }) => {
        const { sha256, ref } = JSON.parse(String(facts)) as { sha256: string; ref: { actionId: string } };
        assert.ok(bytes instanceof Uint8Array);
        assert.equal(createHash('sha256').update(gunzipSync(bytes)).digest('hex'), sha256);
        return ref.actionId;
      })
      .sort();
  } finally {
    database.close();
  }
}
