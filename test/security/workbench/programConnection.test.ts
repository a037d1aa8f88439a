import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { startBrowser } from '../../rig/browser.ts';
import { startWorkspace } from '../../rig/devWorkspace.ts';
import { runCommand } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { openViewContainer, openWorkbench } from '../../rig/workbench.ts';
import { clickDialog, readDialog } from '../../rig/workbenchParts.ts';
import { LOCAL, pictureOfFailure, tenantOf, waitForRows } from '../../ui/support/session.ts';
import type { Session } from '../../ui/support/session.ts';
import { linksIn } from '../support/rendered.ts';

suite('M2: a program brings a connection with addresses of its own', () => {
  let session: Session;
  before(async () => {
    const vsix = process.env['LIVE_RESPONSE_VSIX'];
    const workspace = await startWorkspace({
      ...(vsix === undefined ? {} : { vsix }),
      tenant: 'local',
      settings: { 'liveResponse.followActions': false },
    });
    const browser = await startBrowser();
    session = {
      page: browser.page,
      url: workspace.url,
      server: workspace.server,
      workspace,
      stop: async () => {
        await browser.stop();
        await workspace.stop();
      },
    };
    await openWorkbench(session.page, session.url);
  });
  after(async () => {
    await session.stop();
  });
  afterEach(async (context) => {
    await pictureOfFailure(session, context);
  });

  test('the question shows all of them, and nothing was sent before it is answered', async () => {
    const { text, buttons } = await waitFor('the question', () => readDialog(session.page));
    const { apiUrl, blobHost, tenantId, clientId } = tenantOf(session);
    for (const shown of [LOCAL, apiUrl, blobHost, tenantId, clientId]) assert.ok(text.includes(shown), text);
    assert.deepEqual([...buttons].sort(), ['Add', 'Add and Select', 'Cancel']);
    assert.deepEqual(await linksIn(session.page), []);
    assert.equal(tenantOf(session).recording.requests.length, 0);
  });

  test('"Add" adds it, and makes it not active: no call goes there', async () => {
    await clickDialog(session.page, 'Add');
    await openViewContainer(session.page, 'Live Response');
    await session.page.getByText('No connection is selected.').waitFor();
    assert.equal(tenantOf(session).recording.requests.length, 0);
  });

  test('a person selects it', async () => {
    await session.page.getByRole('button', { name: 'Select Connection' }).click();
    await session.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: LOCAL }).first().click();
    await waitForRows(session.page, LOCAL);
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });
});
