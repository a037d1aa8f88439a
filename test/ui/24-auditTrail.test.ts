import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { chooseQuickPick, runCommand } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { expandRow, followLink, readEditor, readTree, waitForNotification } from '../rig/workbenchParts.ts';
import { auditRows, CONSOLE_SESSIONS, FORMS, STARTED_AT } from '../story/auditExport.ts';
import type { Locator, Page } from 'playwright-core';
import { findAxeProblems, KNOWN_IN_LISTS } from './support/axe.ts';
import { clickRowMenu, menuTitle } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { readScreen } from './support/screen.ts';
import { LOCAL, SAMPLE, takePictures, tenantOf, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const VIEW = 'Audit Trail';

/**
 * Goes through a view by keyboard until it draws a row with this text. Rows that are scrolled away are not drawn, and
 * the keys open nothing.
 */
async function findRow(page: Page, view: string, text: RegExp | string): Promise<Locator> {
  const pane = page.locator('.pane', { has: page.locator('.pane-header', { hasText: view }) });
  const row = pane.locator('.monaco-list-row', { hasText: text }).first();
  let steps = 0;
  await waitFor(`a row with "${text.toString()}" in "${view}"`, async () => {
    if ((await row.count()) > 0) return true;
    await pane.locator('.monaco-list').first().focus();
    // Again from the first row: the rows may have changed before the place that is looked at.
    await page.keyboard.press(steps++ % 10 === 0 ? 'Home' : 'PageDown');
    return false;
  });
  return row;
}

workbenchSuite(
  'the audit trail from an export',
  { tenant: 'local', tenantOptions: { startedAt: STARTED_AT } },
  (session) => {
    const palette = (command: string): Promise<void> =>
      runCommand(session.page, `Live Response: ${menuTitle(command)}`);
    const { open, waitForLine } = readScreen(session);
    const copied = (): Promise<string> => session.page.evaluate<string>('navigator.clipboard.readText()');
    const put = (text: string): Promise<unknown> =>
      session.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    const rows = (view = VIEW): ReturnType<typeof readTree> => readTree(session.page, view);
    const shows = (text: string): Promise<number> => session.page.locator('.pane-body', { hasText: text }).count();

    before(async () => {
      await waitForRows(session.page, LOCAL);
    });

    test('a text that is no export says so, and what to do', async () => {
      await put('nothing of the kind');
      await palette('openHuntingResults');
      await chooseQuickPick(session.page, 'From the Clipboard');
      await waitForNotification(session.page, 'This is no result of advanced hunting');
      await runCommand(session.page, 'Notifications: Clear All Notifications');
    });

    test('a file whose bytes are no text is refused, because its records would not be as received', async () => {
      const { page, workspace } = session;
      const file = path.join(workspace.folder, 'export.csv');
      await writeFile(file, Buffer.from('Timestamp,ActionType\n2026-11-23T20:00:00Z,M\xfcller\n', 'latin1'));
      await palette('openHuntingResults');
      await chooseQuickPick(page, 'File…');
      await answerFileDialog(page, 'Open Hunting Results', '/', file);
      await waitForNotification(page, 'The export is not text in UTF-8 or UTF-16');
      await runCommand(page, 'Notifications: Clear All Notifications');
    });

    test('a connection with a pasted token says why it cannot ask Microsoft Graph, and asks nothing', async () => {
      await palette('openHuntingResults');
      await chooseQuickPick(session.page, 'From Microsoft Graph');
      await waitForNotification(session.page, 'has an access token for Defender only');
      await runCommand(session.page, 'Notifications: Clear All Notifications');
      assert.equal(tenantOf(session).recording.at('graph').length, 0);
    });

    test('the query for the portal is copied', async () => {
      await palette('openHuntingResults');
      await chooseQuickPick(session.page, 'Copy the Query for the Portal');
      const query = await waitFor('the query', async () => {
        const text = await copied();
        return text.startsWith('// Sessions of live response: all devices') ? text : undefined;
      });
      assert.match(query, /CloudAppEvents\n\| where Timestamp > ago\(7d\)/u);
    });

    test('records stand between the actions; a view of its own has those without a place; no call is made', async () => {
      const { page } = session;
      const { length } = tenantOf(session).recording.requests;
      const write = FORMS['CSV of the portal'];
      assert.ok(write !== undefined);
      await put(write(auditRows()));
      await palette('openHuntingResults');
      await chooseQuickPick(page, 'From the Clipboard');
      await waitFor('the counts', async () => (await shows(`Console sessions: ${CONSOLE_SESSIONS}`)) === 1);
      assert.equal(await shows('In the list of actions: '), 1);
      // The list reaches back a day, and all console sessions are of today.
      const left = await waitFor('the records without a place', async () => {
        const all = await rows();
        return all.length > 2 ? all : undefined;
      });
      for (const { label, description } of left.slice(2)) assert.match(description, /^API session · /u, label);
      const row = await findRow(page, LOCAL, /dc1\s*Console session · /u);
      assert.match((await row.getAttribute('aria-label')) ?? '', /^dc1, Console session, .+ Its output is in no API/u);
      assert.equal(await row.locator('.monaco-custom-toggle, .custom-view-tree-node-item-checkbox').count(), 0);
      assert.equal(tenantOf(session).recording.requests.length, length);
      await takePictures(session, 'audit-trail');
    });

    test('the record of a session stands first below its probable action, and an action without one says so', async () => {
      const { page } = session;
      await findRow(page, LOCAL, 'no record');
      await findRow(page, LOCAL, 'no action in the list');
      await findRow(page, LOCAL, 'check-persistence.ps1');
      await expandRow(page, LOCAL, 'check-persistence.ps1');
      const below = await waitFor('the record below', async () => {
        const all = await rows(LOCAL);
        const next = all[all.findIndex(({ expanded }) => expanded === true) + 1];
        return next?.level === 2 ? next : undefined;
      });
      assert.equal(below.label, 'API session');
      assert.match(below.description, /^probably this action · /u);
      assert.match(below.ariaLabel, /Probably this action: same device/u);
      await takePictures(session, 'audit-below');
    });

    test('below their device they are named by their kind and counted apart; a filter by device keeps them', async () => {
      const { page } = session;
      await palette('groupByDevice');
      const device = await findRow(page, LOCAL, /^dc1.+ loaded/u);
      assert.match((await device.getAttribute('aria-label')) ?? '', /^Device dc1\S*, \d+ loaded · Records: 6/u);
      await takePictures(session, 'audit-devices');
      await clickRowMenu(page, LOCAL, 'dc1.fabrikam.example', 'filterByDevice');
      // The list of the device has older actions than that of all devices, and their records are matched with them.
      const count = await waitFor('the device alone, with its records', async () => {
        const [one, ...others] = await rows(LOCAL);
        const [, loaded] = /^(\d+), all loaded · Records: 6$/u.exec(one?.description ?? '') ?? [];
        return others.length === 0 ? loaded : undefined;
      });
      assert.equal(await shows(`${count} actions match`), 1);
      await palette('clearFilter');
      await palette('groupByAction');
      const record = await findRow(page, LOCAL, 'Console session · ');
      await record.locator('.label-name').click({ button: 'right' });
      const entries = page.locator('.monaco-menu .action-label');
      await entries
        .filter({ hasText: menuTitle('copyAuditNote') })
        .first()
        .waitFor();
      const offered = (await entries.allTextContents()).filter((text) => text !== '');
      assert.deepEqual(offered, [menuTitle('copyAuditNote'), menuTitle('openDeviceInPortal')]);
      await page.keyboard.press('Escape');
    });

    test('a record opens a page with its probable action, its fields and its hash; it becomes a note', async () => {
      // drives: openAuditRecord
      // drives: copyAuditNote
      const { page } = session;
      const { length } = tenantOf(session).recording.requests;
      await (await findRow(page, LOCAL, 'Console session · ')).click();
      await waitForTab(page, 'Console session · dc1');
      await waitForLine('A session of the portal’s console');
      await waitForLine('SHA-256 of the record: ');
      await waitForLine('SessionId');
      await takePictures(session, 'audit-record');
      await runCommand(page, 'View: Focus Active Editor Group');
      await followLink(
        page.locator('.editor-group-container.active .detected-link', { hasText: 'Copy as Note' }).first(),
      );
      const note = await waitFor('the note', async () => {
        const text = await copied();
        return text.startsWith('Audit record: console session') ? text : undefined;
      });
      assert.match(note, /SHA-256 of the record `[\da-f]{64}`/u);
      await findRow(page, LOCAL, 'check-persistence.ps1');
      await expandRow(page, LOCAL, 'check-persistence.ps1');
      await (await findRow(page, LOCAL, 'probably this action')).click();
      await waitForLine('Probably this action: ');
      assert.equal(tenantOf(session).recording.requests.length, length);
    });

    test('by keyboard: a record opens with Enter, and axe finds nothing in the views', async () => {
      const { page } = session;
      const { length } = tenantOf(session).recording.requests;
      await (await findRow(page, LOCAL, 'Console session · ')).click();
      await waitForTab(page, 'Console session · dc1');
      await page.keyboard.press('Enter');
      await waitForLine('AS RECEIVED');
      const found = await findAxeProblems(page, '.part.sidebar .pane .monaco-list', KNOWN_IN_LISTS);
      assert.deepEqual(found, []);
      assert.equal(tenantOf(session).recording.requests.length, length);
    });

    test('the actions of the records are loaded by a gesture; then one record has none, and one has no place', async () => {
      // drives: loadAuditActions
      const { page } = session;
      await page.locator('.monaco-list-row', { hasText: 'Load the actions of these records' }).first().click();
      await waitFor('the match', async () => (await shows('are not loaded')) === 0);
      assert.equal(await shows('Without an action: 1'), 1);
      await waitFor('the others to get a place', async () => (await rows()).length === 2);
      assert.deepEqual(
        (await rows()).map(({ label }) => label),
        ['Actions without a record', '–'],
      );
    });

    test('closed, the view is gone, and a page says that its trail is not open', async () => {
      await palette('closeAuditTrail');
      await waitForLine('not open any more');
      await waitFor('the view to go', async () => (await session.page.getByText(VIEW, { exact: true }).count()) === 0);
      await waitFor('the records to go', async () =>
        (await rows(LOCAL)).every(({ description }) => !/Console session|no record/u.test(description)),
      );
    });

    test('queries for the sessions of a device, and for what the script did, are copied from its result', async () => {
      // drives: copyKqlSessions
      // drives: copyKqlProcesses
      await open(scenarioRef('exitZero'));
      await waitForExitCode(session.page, 'Exit 0');
      await palette('copyKqlSessions');
      await waitFor('the query', async () =>
        /^\/\/ Sessions of live response: dc1[^]*DeviceId\) =~ "[\da-f]{40}"/u.test(await copied()),
      );
      await palette('copyKqlProcesses');
      await waitFor('the query', async () => /^\/\/ What the script did: dc1[^]*SenseIR\.exe/u.test(await copied()));
      assert.ok((await readEditor(session.page)).length > 0);
    });
  },
);

workbenchSuite('the audit trail of the sample, through Microsoft Graph', { tenant: 'sample' }, (session) => {
  const rows = (): ReturnType<typeof readTree> => readTree(session.page, VIEW);
  const shows = (text: string): Promise<number> => session.page.locator('.pane-body', { hasText: text }).count();

  before(async () => {
    await waitForRows(session.page, SAMPLE);
  });

  test('it comes with all its records; an action without one, and one without an action, are marked', async () => {
    const { page } = session;
    await runCommand(page, `Live Response: ${menuTitle('openHuntingResults')}`);
    await chooseQuickPick(page, 'From Microsoft Graph');
    await chooseQuickPick(page, 'Last 30 Days');
    await waitFor('the counts', async () => (await shows('Console sessions: ')) === 1);
    await page.locator('.monaco-list-row', { hasText: 'Load the actions of these records' }).first().click();
    await waitFor('the match', async () => (await shows('are not loaded')) === 0);
    assert.equal(await shows(`Console sessions: ${CONSOLE_SESSIONS}`), 1);
    assert.equal(await shows('Without an action: 1'), 1);
    assert.equal(await shows('Actions without a record: 1'), 1);
    assert.equal(await shows('Microsoft Graph, tenant '), 1);
    await takePictures(session, 'audit-graph');
  });

  test('for one device, from its row: the choice names it, and so does the source', async () => {
    const { page } = session;
    const row = page.locator('.monaco-list-row', { hasText: 'collect-triage.ps1' }).first();
    const host = (await row.locator('.label-name').first().textContent()) ?? '';
    await clickRowMenu(page, SAMPLE, 'collect-triage.ps1', 'fetchAuditTrail');
    await chooseQuickPick(page, `${host}, Last 30 Days`);
    await waitFor('the records of the device', async () => (await shows(`device ${host} (`)) === 1);
    await waitFor('only these', async () => {
      const records = [...(await rows()), ...(await readTree(page, SAMPLE))].filter(({ description }) =>
        /API session|Console session/u.test(description),
      );
      return records.every(({ label }) => label === host);
    });
  });

  test('the button above the records offers all devices too, whatever row has the focus', async () => {
    const { page } = session;
    await page.locator('.pane', { hasText: VIEW }).hover();
    await page.locator('.pane-header', { hasText: VIEW }).getByRole('button', { name: 'Fetch Audit Trail…' }).click();
    await chooseQuickPick(page, 'Last 24 Hours');
    await waitFor('the records of all', async () => (await shows('all devices, ')) === 1);
  });
});
