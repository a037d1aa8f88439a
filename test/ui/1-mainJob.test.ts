import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import {
  clickRow,
  expandRow,
  readEditor,
  readNotifications,
  readTabs,
  readTree,
  treeRow,
} from '../rig/workbenchParts.ts';
import {
  LOCAL,
  takePictures,
  tenantOf,
  waitForExitCode,
  waitForRows,
  waitForTab,
  exitCode,
} from './support/session.ts';
import { filesWithSecrets } from '../secrets/search.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

workbenchSuite('the main job, against the local tenant', { tenant: 'local' }, (session) => {
  test('the tree lists machine actions, newest first, in words', async () => {
    await waitForRows(session.page, LOCAL);
    const rows = await readTree(session.page, LOCAL);
    const row = rows.find(({ description }) => description.includes('recent-events.ps1'));
    assert.equal(row?.label, 'sql01');
    assert.match(row.description, /^recent-events\.ps1 · (?:\d\d-\d\d )?\d\d:\d\dZ$/u);
    assert.match(row.ariaLabel, /^sql01, recent-events\.ps1, Succeeded, .+ ago, not fetched, 1 call/u);
    const [newest] = rows;
    assert.match(newest?.description ?? '', /^(?:Pending|In progress) · collect-triage\.ps1 · /u);
  });

  test('a click shows the output, the errors beside and the exit code, for one link call and one download', async () => {
    const { recording } = tenantOf(session);
    await clickRow(session.page, LOCAL, 'recent-events.ps1');
    await waitForTab(session.page, 'sql01 · recent-events.ps1');
    await waitForTab(session.page, '.lr-errors');
    await waitForExitCode(session.page, 'Exit 0 · 1,070 error lines · sql01 · recent-events.ps1');
    await waitFor('text', async () => (await readEditor(session.page)).length > 3);
    const tabs = await readTabs(session.page);
    assert.equal(tabs.length, 2);
    assert.equal(recording.calls('link').length, 1);
    assert.equal(recording.calls('download').length, 1);
    await takePictures(session, 'result-with-errors');
  });

  test('a command in the tree opens as well, and once fetched shows its exit code there', async () => {
    await expandRow(session.page, LOCAL, 'minidump.ps1');
    await clickRow(session.page, LOCAL, '#0 minidump.ps1');
    await waitForTab(session.page, 'exch01 · minidump.ps1');
    await waitFor('the exit code in the tree', async () => {
      const rows = await readTree(session.page, LOCAL);
      return rows.find(({ label }) => label === '#0 minidump.ps1')?.description.includes('Exit 0') === true;
    });
  });

  test('the second open makes no call at all', async () => {
    const { recording } = tenantOf(session);
    const before = recording.requests.length;
    await clickRow(session.page, LOCAL, 'recent-events.ps1');
    await waitForExitCode(session.page, 'recent-events.ps1');
    assert.equal(recording.requests.length, before);
  });

  test('a double click on a stored result shows it, and says nothing', async () => {
    const { page } = session;
    await runCommand(page, 'Notifications: Clear All Notifications');
    await (await treeRow(page, LOCAL, 'recent-events.ps1')).locator('.label-name').dblclick();
    await waitForExitCode(page, 'recent-events.ps1');
    // The same row once more: what its second click had to say would be there by then.
    await clickRow(page, LOCAL, 'recent-events.ps1');
    await waitForExitCode(page, 'recent-events.ps1');
    assert.deepEqual(await readNotifications(page), []);
  });

  test('the wire shows a literal (index=n), the bearer on API calls only, and no write', () => {
    const { recording } = tenantOf(session);
    for (const link of recording.calls('link')) {
      assert.match(link.path, /^\/api\/machineactions\/[\da-f-]{36}\/GetLiveResponseResultDownloadLink\(index=\d+\)$/u);
    }
    for (const call of recording.at('api')) assert.equal(call.authorization?.scheme, 'Bearer');
    for (const call of recording.at('blob')) assert.equal(call.authorization, undefined);
    assert.deepEqual(recording.writes(), []);
  });

  test('after a reload the tabs are there again with their text, without a call for them', async () => {
    const { recording } = tenantOf(session);
    const calls = recording.calls('link').length + recording.calls('download').length;
    await reloadWindow(session.page);
    await waitForTab(session.page, 'sql01 · recent-events.ps1');
    await waitFor('the restored text', async () => (await readEditor(session.page)).some((line) => line !== ''));
    await waitForExitCode(session.page, 'Exit 0');
    assert.equal(recording.calls('link').length + recording.calls('download').length, calls);
  });

  test('the exit code is hidden when no document of ours is active', async () => {
    await waitFor('no tab', async () => {
      if ((await readTabs(session.page)).flat().length === 0) return true;
      await runCommand(session.page, 'View: Close All Editors');
      return false;
    });
    await waitFor('no exit code', async () => (await exitCode(session.page)) === undefined);
  });

  test('no file of this machine holds a token or a link’s signature', async () => {
    const { server, workspace } = session;
    assert.deepEqual(await filesWithSecrets([server.serverDataDir, workspace.folder]), []);
    // The search finds a text that is there, so that finding none means something.
    const token = await tenantOf(session).mintAccessToken();
    const leak = path.join(workspace.folder, 'leak.txt');
    await writeFile(leak, `authorization: Bearer ${token}`);
    assert.deepEqual(await filesWithSecrets([workspace.folder]), ['leak.txt']);
    await rm(leak);
  });
});
