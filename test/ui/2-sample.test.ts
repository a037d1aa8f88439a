import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../rig/waiting.ts';
import { openViewContainer } from '../rig/workbench.ts';
import { clickRow, readEditor, readNotifications, readTree } from '../rig/workbenchParts.ts';
import { SAMPLE, takePictures, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

workbenchSuite('a first look, without a tenant', { tenant: 'none' }, (session) => {
  test('the view says what it is for and offers one button', async () => {
    await openViewContainer(session.page, 'Live Response');
    const welcome = session.page.locator('.welcome-view-content');
    await welcome.getByText('connect to a Microsoft Defender for Endpoint tenant').waitFor();
    assert.equal(await welcome.locator('.monaco-button').count(), 1);
    assert.deepEqual(await readNotifications(session.page), []);
    await takePictures(session, 'welcome');
  });

  test('the sample tenant opens from there, and shows results without network and sign-in', async () => {
    await session.page.locator('.welcome-view-content').getByText('Look around in the sample tenant').click();
    await waitForRows(session.page, SAMPLE);
    await clickRow(session.page, SAMPLE, 'check-integrity.ps1');
    await waitForTab(session.page, 'check-integrity.ps1');
    await waitForExitCode(session.page, 'check-integrity.ps1');
    await waitFor('text', async () => (await readEditor(session.page)).length > 3);
    await takePictures(session, 'sample');
  });

  test('hostile names stay names', async () => {
    await clickRow(session.page, SAMPLE, "=cmd|'/c calc'!A1.ps1");
    await waitForTab(session.page, '⧵..⧵evil');
    const rows = await readTree(session.page, SAMPLE);
    assert.ok(rows.some(({ label }) => label.startsWith('..\\..\\evil')));
  });
});
