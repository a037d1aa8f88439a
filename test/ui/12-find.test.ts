import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import {
  chooseQuickPick,
  readQuickInput,
  runCommand,
  typeAtOnce,
  typeQuickInput,
  waitForQuickInput,
} from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import { clickNotification, readNotifications, readTree, waitForNotification } from '../rig/workbenchParts.ts';
import type { TreeRow } from '../rig/workbenchParts.ts';
import { createLargeTenant, LARGE, largeActionId, largeDevice } from '../tenant/largeTenant.ts';
import { clickRowMenu, menuTitle } from './support/commands.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const NEWEST = LARGE.actions - 1;
/** Added after the one that the refresh brings: young ones are asked about every 15 seconds. */
const WATCHED = NEWEST + 2;

const large = createLargeTenant();
const OPTIONS: SessionOptions = {
  tenant: 'local',
  tenantOptions: { createSampleTenant: large.createSampleTenant },
  settings: { 'liveResponse.followActions': true },
};

workbenchSuite('10,000 actions on 2,000 devices: finding one, and being told of it', OPTIONS, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    if ((await message()) !== '') await palette('clearFilter');
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const rows = (): Promise<readonly TreeRow[]> => readTree(session.page, LOCAL);
  const lists = (): readonly string[] =>
    tenantOf(session)
      .recording.calls('list')
      .map(({ query }) => decodeURIComponent(query));
  const message = (): Promise<string> =>
    session.page.evaluate<string>(
      `[...document.querySelectorAll('.tree-explorer-viewlet-tree-view .message')].map((one) => one.textContent).join('')`,
    );
  const waitForMessage = (text: string): Promise<unknown> =>
    waitFor(`"${text}" above the rows`, async () => (await message()).includes(text));
  const waitForFirst = (device: string): Promise<unknown> =>
    waitFor(`a first row of ${device}`, async () => (await rows())[0]?.label.startsWith(device));
  const field = async (name: string): Promise<void> => {
    await waitForQuickInput(session.page, ({ title }) => title === 'Filter Machine Actions');
    await chooseQuickPick(session.page, name);
    // Else what is typed next could go into the list that is about to close.
    await waitForQuickInput(session.page, ({ title }) => title === name);
  };
  const show = async (): Promise<void> => {
    await waitForQuickInput(session.page, ({ title }) => title === 'Filter Machine Actions');
    await chooseQuickPick(session.page, 'Show Matching Actions');
  };

  test('the first page shows after one call', async () => {
    assert.equal(lists().length, 1, lists().join('\n'));
    assert.equal((await rows())[0]?.label, largeDevice(NEWEST % LARGE.devices).split('.')[0]);
  });

  test('a device that is not loaded: looked up by its name, and the list asked for by its id', async () => {
    const { recording } = tenantOf(session);
    await palette('filterActions');
    await field('Device');
    await typeQuickInput(session.page, 'host-0042', false);
    await chooseQuickPick(session.page, 'Look Up "host-0042" in Defender');
    await show();
    await waitForFirst('host-0042');
    assert.equal((await rows()).length, 5);
    assert.equal(recording.calls('machine').length, 1);
    assert.match(lists().at(-1) ?? '', /machineId eq '/u);
    await waitForMessage('Filtered by Device: host-0042.fabrikam.example.');
    await takePictures(session, 'filtered-list');
    await palette('saveFilter');
    await typeQuickInput(session.page, 'The odd one');
    await waitFor('the box to close', async () => (await readQuickInput(session.page)) === undefined);
  });

  test('a saved filter comes back after a restart, by one choice', async () => {
    await reloadWindow(session.page);
    await waitFor('the whole list', async () => (await rows()).length > 5);
    await palette('applySavedFilter');
    await chooseQuickPick(session.page, 'The odd one');
    await waitForFirst('host-0042');
    await palette('removeSavedFilter');
    await chooseQuickPick(session.page, 'The odd one');
    await palette('applySavedFilter');
    await waitForQuickInput(session.page, ({ placeholder }) => placeholder === 'No filter is saved yet.');
    await session.page.keyboard.press('Escape');
  });

  test('what the API cannot check is looked for in what is loaded, and the view says so', async () => {
    await palette('filterActions');
    await field('Script');
    await typeQuickInput(session.page, 'no-such-script');
    await show();
    await waitForMessage('0 of the 50 actions loaded match: Script is only looked for in these.');
    const before = lists().length;
    await palette('loadMore');
    await waitForMessage('0 of the 1050 actions loaded');
    assert.equal(lists().length, before + 1);
    await palette('clearFilter');
    await waitFor('rows', async () => (await rows()).length > 5);
  });

  test('the bin beside a saved filter removes that one, also when it is clicked twice at once', async () => {
    const { page } = session;
    for (const name of ['First', 'Second']) {
      await palette('filterActions');
      await typeQuickInput(page, `collect-${name}`, false);
      const isDrawn = await waitForQuickInput(
        page,
        ({ items }) => items.length === 2 && items.some((one) => one.focused),
      );
      assert.equal(isDrawn.items.find(({ focused }) => focused)?.label, `Script: contains "collect-${name}"`);
      await page.keyboard.press('Enter');
      await waitForMessage(`collect-${name}`);
      await palette('saveFilter');
      await typeQuickInput(page, name);
      await waitFor('the box to close', async () => (await readQuickInput(page)) === undefined);
      await palette('clearFilter');
    }
    await palette('applySavedFilter');
    await waitForQuickInput(page, ({ items }) => items.length === 2);
    await page.evaluate(`(() => {
      const bin = document.querySelector('.quick-input-list .monaco-list-row .codicon-trash');
      bin.click();
      bin.click();
    })()`);
    const { items } = await waitForQuickInput(page, (input) =>
      input.items.some((one) => one.description === 'removed'),
    );
    assert.deepEqual(
      items.map(({ label, description }) => [label, description === 'removed']),
      [
        ['First', true],
        ['Second', false],
      ],
    );
    await chooseQuickPick(page, 'Second');
    await waitForMessage('collect-Second');
    await palette('removeSavedFilter');
    await chooseQuickPick(page, 'Second');
  });

  test('Enter right after the last key means what it means once the rows are drawn', async () => {
    const { page } = session;
    await palette('filterActions');
    await typeAtOnce(page, 'collect-nothing');
    await waitForMessage('match: Script is only looked for in these.');
    await palette('clearFilter');
    await waitFor('rows', async () => (await rows()).length > 5);
    await palette('filterActions');
    await field('Device');
    await typeAtOnce(page, 'host-0042');
    await show();
    await waitForMessage('Filtered by Device: host-0042.fabrikam.example.');
    await palette('clearFilter');
    await waitFor('rows', async () => (await rows()).length > 5);
    // Rows from the clipboard are offered only while nothing is typed.
    const copied = `${largeActionId(9)}#0`;
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(copied)})`);
    const { length } = tenantOf(session).recording.calls('link');
    await palette('goToAction');
    await waitForQuickInput(page, ({ items }) => items[0]?.description === 'from the clipboard');
    await typeAtOnce(page, copied.slice(4));
    await waitForQuickInput(page, ({ items }) =>
      items.every(({ description }) => description !== 'from the clipboard'),
    );
    await page.keyboard.press('Escape');
    assert.equal(tenantOf(session).recording.calls('link').length, length);
    // An ID that is copied and typed is offered once. One that is not loaded is opened; another action is not shown for it.
    await palette('goToAction');
    await typeAtOnce(page, `${largeActionId(7)}#0`);
    await waitForTab(page, largeDevice(7).split('.')[0] ?? '');
  });

  test('a sign-in that may not look up devices is told so, and the name is looked for in what is loaded', async () => {
    const body = JSON.stringify({ error: { code: 'Forbidden', message: 'API required roles: Machine.Read.All.' } });
    tenantOf(session).faults.add({ door: 'api', call: 'machine', action: { kind: 'answer', status: 403, body } });
    await palette('filterActions');
    await field('Device');
    await typeQuickInput(session.page, 'host-1999', false);
    await chooseQuickPick(session.page, 'Look Up "host-1999" in Defender');
    await show();
    await waitForMessage('1 of the ');
    await waitForMessage('actions loaded match: Device is only looked for in these.');
    await waitForNotification(session.page, 'It says: API required roles: Machine.Read.All.');
  });

  test('refresh is one call for what changed, and keeps what is selected and open', async () => {
    await session.page
      .locator('.tree-explorer-viewlet-tree-view .monaco-list-row')
      .nth(2)
      .locator('.monaco-tl-twistie')
      .click();
    await session.page
      .locator('.tree-explorer-viewlet-tree-view .monaco-list-row')
      .nth(1)
      .locator('.label-name')
      .click();
    await waitForTab(session.page, 'host-1998');
    const host = (row: TreeRow | undefined): string | undefined => row?.label;
    const kept = async (): Promise<readonly (string | undefined)[]> => [
      host((await rows()).find((row) => row.selected)),
      host((await rows()).find((row) => row.expanded)),
    ];
    assert.deepEqual(await kept(), ['host-1998', 'host-1997']);
    const before = lists().length;
    large.change(NEWEST, { status: 'Failed' });
    large.add();
    await palette('refresh');
    await waitFor('the new row', async () => (await rows())[1]?.description.includes('Failed'));
    assert.equal(lists().length, before + 1);
    assert.match(lists().at(-1) ?? '', /lastUpdateDateTimeUtc gt /u);
    assert.deepEqual(await kept(), ['host-1998', 'host-1997']);
  });

  test('sorted by device, grouped by run, day and device, and back', async () => {
    await palette('sortActions');
    await chooseQuickPick(session.page, 'By Device');
    await waitFor('another order', async () => {
      const [first, second] = await rows();
      return first !== undefined && second !== undefined && first.label < second.label;
    });
    await waitFor('the first order', async () => {
      // The list is still being drawn in the new order, which may close a question.
      await palette('sortActions');
      await chooseQuickPick(session.page, 'By Age, Newest First', 5000);
      return true;
    });
    await palette('groupByRun');
    await waitFor('a run', async () => /INC-\d/u.test((await rows())[0]?.description ?? ''));
    await takePictures(session, 'grouped-by-run');
    await palette('groupByDay');
    await waitFor('a day', async () => /^\d{4}-\d\d-\d\d \(UTC\)$/u.test((await rows())[0]?.label ?? ''));
    await palette('groupByAction');
    await waitFor('actions', async () => ((await rows())[0]?.description ?? '').includes('.ps1 · '));
  });

  test('Go to Action: by device, and the row is selected', async () => {
    await palette('goToAction');
    const device = largeDevice((NEWEST - 40) % LARGE.devices);
    await typeQuickInput(session.page, device, false);
    await waitForQuickInput(session.page, ({ items }) => items[0]?.description.includes(device) === true);
    await session.page.keyboard.press('Enter');
    await waitFor('the row', async () =>
      (await rows()).some((row) => row.selected && row.label === device.split('.')[0]),
    );
  });

  test('a watched action that ends is told once, by one call of the window itself', async () => {
    const asked = lists().length;
    large.add();
    large.change(WATCHED, { status: 'InProgress' });
    await palette('refresh');
    await waitFor('the refresh', () => tenantOf(session).recording.calls('list')[asked]?.outcome === 'answered');
    await palette('watchAction');
    await waitForQuickInput(
      session.page,
      ({ title, items }) =>
        title === 'Watch Action' && items.length === 1 && items[0]?.description.includes('In progress') === true,
    );
    await session.page.keyboard.press('Enter');
    const host = largeDevice(WATCHED % LARGE.devices).split('.')[0] ?? '';
    const waitForWatched = (isWatched: boolean): Promise<unknown> =>
      waitFor(`the row to be ${isWatched ? '' : 'un'}watched`, async () => {
        const row = (await rows()).find(({ label }) => label === host);
        return row?.ariaLabel.includes(', watched') === isWatched;
      });
    await runCommand(session.page, 'Live Response: Focus on Machine Actions View');
    await session.page.keyboard.press('Home');
    await waitForWatched(true);
    // drives: stopWatching
    await clickRowMenu(session.page, LOCAL, host, 'stopWatching');
    await waitForWatched(false);
    await clickRowMenu(session.page, LOCAL, host, 'watchAction');
    await waitForWatched(true);
    const before = lists().length;
    large.change(WATCHED, { status: 'Succeeded' });
    await waitFor('the poll', () => lists().length > before, 40_000);
    await waitForNotification(session.page, 'has ended: Succeeded.');
    assert.equal((await readNotifications(session.page)).length, 1);
    assert.match(lists().at(-1) ?? '', /lastUpdateDateTimeUtc gt /u);
    await clickNotification(session.page, 'has ended', 'Open Result');
    await waitFor('its result', () =>
      tenantOf(session)
        .recording.calls('link')
        .some(({ path }) => path.includes(largeActionId(WATCHED))),
    );
    const polled = lists().length;
    await palette('groupByDevice');
    await waitFor('devices', async () => (await rows())[0]?.label.startsWith('host-'));
    // Nothing is unfinished: nothing is asked.
    assert.equal(lists().length, polled);
    await palette('groupByAction');
  });

  test('no row was ever registered twice', () => {
    assert.doesNotMatch(session.server.logs(), /already registered/u);
  });
});
