import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { closeQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openFile, reloadWindow } from '../rig/workbench.ts';
import {
  clickNotification,
  clickRow,
  readEditor,
  readNotifications,
  readResultTabs,
  readTabs,
  readTree,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { LOCAL, takePictures, tenantOf, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

workbenchSuite('what a person sees when something is in the way', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  test('Enter as the first gesture of a window moves into the text', async () => {
    await session.page.locator('.tree-explorer-viewlet-tree-view .monaco-list').first().focus();
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('Enter');
    await waitFor('the focus in a text', () =>
      session.page.evaluate<boolean>(`document.activeElement?.closest('.editor-instance') !== null`),
    );
    await runCommand(session.page, 'View: Close All Editors');
  });

  test('a missing permission is told in Defender’s own words', async () => {
    const message =
      'Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.Isolate.';
    tenantOf(session).faults.add({
      door: 'api',
      call: 'link',
      action: {
        kind: 'answer',
        status: 403,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ error: { code: 'Forbidden', message, target: '|7a1e-correlation' } }),
      },
    });
    await clickRow(session.page, LOCAL, 'run-fabscan.ps1');
    const notice = await waitForNotification(session.page, message);
    assert.ok(notice.buttons.includes('Copy Correlation ID'), notice.buttons.join());
    assert.deepEqual(await readResultTabs(session.page), []);
    await takePictures(session, 'missing-permission');
    await clickNotification(session.page, message, 'Copy Correlation ID');
    await waitFor(
      'the correlation id',
      async () => (await session.page.evaluate<string>('navigator.clipboard.readText()')) === '|7a1e-correlation',
    );
  });

  test('an answer that comes late does not push in front of what the person does by then', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await runCommand(session.page, 'View: Close All Editors');
    tenantOf(session).faults.add({ door: 'blob', until: held });
    await clickRow(session.page, LOCAL, 'check-integrity.ps1');
    await openFile(session.page, 'investigation-notes.md');
    await session.page.locator('.editor-instance .view-lines').first().click();
    await session.page.keyboard.type('21:04 checking fs02');
    release();
    await waitForNotification(session.page, 'check-integrity.ps1 on fs02 has been fetched.');
    const tabs = (await readTabs(session.page)).flat();
    assert.deepEqual(
      tabs.map(({ label }) => label),
      ['investigation-notes.md'],
    );
    await clickNotification(session.page, 'check-integrity.ps1', 'Open');
    await waitForTab(session.page, 'fs02 · check-integrity.ps1');
  });

  test('a command without a result by design, and one that has not finished, say so and spend no link call', async () => {
    const { recording } = tenantOf(session);
    const links = recording.calls('link').length;
    const rows = await readTree(session.page, LOCAL);
    const pending = rows.find(({ label, description }) => label !== 'lt-0412' && description.includes('Pending'));
    await clickRow(session.page, LOCAL, 'list-processes.sh');
    await waitForTab(session.page, 'list-processes.sh');
    assert.ok(pending !== undefined);
    await session.page.locator('.monaco-list-row').filter({ hasText: 'Pending' }).last().locator('.label-name').click();
    await waitFor('the page that says why', async () =>
      (await readEditor(session.page)).some((line) => line.includes('Not started yet')),
    );
    assert.deepEqual(await readNotifications(session.page), []);
    assert.equal(recording.calls('link').length, links + 1);
  });

  test('tabs whose results are gone ask once, and fetch only when told to', async () => {
    const { recording } = tenantOf(session);
    await clickRow(session.page, LOCAL, 'list-processes.sh');
    await waitForTab(session.page, 'list-processes.sh');
    const storage = path.join(
      session.server.serverDataDir,
      'data/User/globalStorage/live-response-results.live-response-results',
    );
    await rm(path.join(storage, 'results.db'));
    // SQLite may have removed these two already.
    for (const file of ['results.db-wal', 'results.db-shm']) await rm(path.join(storage, file), { force: true });
    const links = recording.calls('link').length;
    await reloadWindow(session.page);
    await waitForRows(session.page, LOCAL);
    await waitForNotification(session.page, 'not stored on this machine');
    assert.equal(recording.calls('link').length, links);
    await clickNotification(session.page, 'not stored on this machine', 'Fetch');
    await waitForExitCode(session.page, 'Exit');
    await waitFor('the text', async () => (await readEditor(session.page)).some((line) => line !== ''));
  });

  test('a pasted token that is about to end is warned of, and replaced from there', async () => {
    const tenant = tenantOf(session);
    const soon = 5 * 60 + 4;
    await runCommand(session.page, 'Live Response: Replace Access Token…');
    await typeQuickInput(session.page, await tenant.mintAccessToken({ expiresInSeconds: soon }));
    await clickNotification(session.page, 'The access token of "Local tenant" expires at', 'Replace Access Token…');
    const replacement = await tenant.mintAccessToken();
    await typeQuickInput(session.page, replacement);
    // Until then the rows are those of before, and the call would count among the next test's.
    const sha256 = createHash('sha256').update(replacement).digest('hex');
    await waitFor('the list by the new token', () =>
      tenant.recording
        .calls('list')
        .some(({ authorization, outcome }) => authorization?.sha256 === sha256 && outcome === 'answered'),
    );
    await waitForRows(session.page, LOCAL);
  });

  test('a list that cannot be loaded is a row that says why, and a click tries again', async () => {
    const { faults, recording } = tenantOf(session);
    const before = recording.calls('list').length;
    faults.add({
      door: 'api',
      call: 'list',
      times: Infinity,
      action: {
        kind: 'answer',
        status: 400,
        body: '{"error":{"code":"BadRequest","message":"not today","target":"|1"}}',
      },
    });
    await runCommand(session.page, 'Live Response: Show All Types of Machine Action');
    await waitFor('the failure', async () => {
      const [row, ...stored] = await readTree(session.page, LOCAL);
      const isStored = stored.every(({ level, description }) => level > 1 || description.startsWith('Exit '));
      return row?.label === 'Try Again' && row.ariaLabel.includes('not today') && isStored;
    });
    await session.page.locator('.tree-explorer-viewlet-tree-view .message').getByText('not today').waitFor();
    await takePictures(session, 'failed-list');
    // Once more without the order, which a server may not take; then a failed list does not ask again by itself.
    assert.equal(recording.calls('list').length, before + 2);
    faults.clear();
    await clickRow(session.page, LOCAL, 'Try Again');
    await waitForRows(session.page, LOCAL);
  });

  // The last one: nobody on this machine calls before the time that it names.
  test('a limit that is reached offers another connection', async () => {
    await runCommand(session.page, 'Live Response: Show Live Response Only');
    await waitForRows(session.page, LOCAL);
    tenantOf(session).faults.add({
      door: 'api',
      call: 'link',
      action: { kind: 'answer', status: 429, headers: { 'retry-after': '600' } },
    });
    await clickRow(session.page, LOCAL, 'run-fabscan.ps1');
    await clickNotification(session.page, 'It takes calls again at', 'Other Connection…');
    const { items } = await waitForQuickInput(session.page);
    assert.deepEqual(
      items.map(({ label }) => label),
      [LOCAL],
    );
    await closeQuickInput(session.page);
  });
});
