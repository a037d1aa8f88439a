import assert from 'node:assert/strict';

import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { chooseQuickPick, runCommand, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openViewContainer, openWorkbench, reloadWindow } from '../rig/workbench.ts';
import {
  clickDialog,
  clickNotification,
  readDialog,
  readNotifications,
  readTree,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { takePictures, tenantOf, waitForRows } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const NAME = 'Contoso';

const OPTIONS: SessionOptions = {
  tenant: 'local',
  connected: false,
  ignoreCertificateErrors: true,
  tenantOptions: { lifetimes: { deviceInterval: 0.2 } },
};

workbenchSuite('signing in, as a person', OPTIONS, (session) => {
  let secretsLast = true;
  before(async () => {
    // VS Code in a browser keeps secrets as long as its server gives it the key to them; as ours answers none, they
    // would live as long as the page.
    const key = randomBytes(32);
    await session.page.route('**/mint-key', async (route) => {
      if (secretsLast) await route.fulfill({ body: key });
      else await route.fulfill({ body: randomBytes(32) });
    });
    await openWorkbench(session.page, session.url);
    await openViewContainer(session.page, 'Live Response');
  });

  const step = (title: string): Promise<unknown> =>
    waitForQuickInput(session.page, (input) => input.title.startsWith(`Add Connection: ${title}`));
  const answer = async (title: string, text: string): Promise<void> => {
    await step(title);
    await session.page.keyboard.press('Control+A');
    await session.page.keyboard.type(text);
    await session.page.keyboard.press('Enter');
  };

  /** The dialog with the code, when it is there. */
  const waitForCode = async (): Promise<{ readonly code: string }> =>
    waitFor('the dialog with the code', async () => {
      const code = /with the code (\S+)/u.exec((await readDialog(session.page))?.text ?? '')?.[1];
      return code === undefined ? undefined : { code };
    });

  /** Takes the dialog's way: the page opens in another tab of the browser, and the code is on the clipboard. */
  const signInWithCode = async (consents = false): Promise<void> => {
    const { code } = await waitForCode();
    const opened = session.page.context().waitForEvent('page', { timeout: 30_000 });
    await clickDialog(session.page, 'Copy Code and Open Page');
    const page = await opened;
    await page.waitForLoadState();
    // This VS Code sends addresses of this machine through its own server, which does not serve them.
    await page.goto(page.url().replace(/^http:.*?\/proxy\/(\d+)\//u, 'https://localhost:$1/'));
    await page.getByRole('textbox', { name: 'Code' }).click();
    await page.keyboard.press('Control+V');
    assert.equal(await page.getByRole('textbox', { name: 'Code' }).inputValue(), code);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Sign in as analyst@contoso.example' }).click();
    if (consents) await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('heading', { name: 'You have signed in' }).waitFor();
    await page.close();
    await session.page.bringToFront();
  };

  test('a connection is added and signed in to with a code', async () => {
    const tenant = tenantOf(session);
    await runCommand(session.page, 'Live Response: Add Connection…');
    await answer('How to Sign In', 'with a code');
    await answer('Cloud and Region', 'custom');
    await answer('API Address', tenant.apiUrl);
    await answer('Sign-in Service', tenant.loginUrl);
    await answer('Scope', tenant.scope);
    await answer('Microsoft Graph', tenant.graphUrl);
    await answer('Download Hosts', tenant.blobHost);
    await answer('Tenant ID', tenant.tenantId);
    await answer('Client ID', tenant.clientId);
    await answer('Name', NAME);
    await waitForCode();
    await takePictures(session, 'sign-in-code');
    await signInWithCode();
    await waitForRows(session.page, NAME);
    await waitForNotification(session.page, `Signed in to "${NAME}" as analyst@contoso.example`);
    await takePictures(session, 'sign-in-done');
  });

  test('after the extension host was started again nobody is asked', async () => {
    const tenant = tenantOf(session);
    tenant.recording.clear();
    await reloadWindow(session.page);
    await openViewContainer(session.page, 'Live Response');
    await waitForRows(session.page, NAME);
    assert.deepEqual(
      tenant.recording.tokenRequests().map(({ form }) => form?.['grant_type']),
      [],
    );
  });

  test('the audit trail is asked for after the person allowed it, and after a consent to its own permission', async () => {
    // drives: fetchAuditTrail
    const { identity, recording } = tenantOf(session);
    identity.policies.huntingConsented = false;
    await runCommand(session.page, 'Live Response: Open Hunting Results…');
    await chooseQuickPick(session.page, 'From Microsoft Graph');
    const asked = await waitFor('the question', () => readDialog(session.page));
    assert.match(asked.text, /May "Contoso" ask Microsoft Graph[^]*localhost:\d+[^]*ThreatHunting\.Read\.All/u);
    await clickDialog(session.page, 'Cancel');
    assert.equal(recording.at('graph').length, 0);
    await runCommand(session.page, 'Live Response: Open Hunting Results…');
    await chooseQuickPick(session.page, 'From Microsoft Graph');
    await waitFor('the question', () => readDialog(session.page));
    await takePictures(session, 'audit-consent');
    await clickDialog(session.page, 'Allow and Continue');
    await chooseQuickPick(session.page, 'Last 7 Days');
    const { buttons } = await waitForNotification(session.page, 'has no consent for hunting queries');
    assert.equal(buttons[0], 'Sign In…');
    assert.equal(recording.at('graph').length, 0);
    await clickNotification(session.page, 'has no consent for hunting queries', 'Sign In…');
    await signInWithCode(true);
    await waitFor('the records', async () => (await readTree(session.page, 'Audit Trail')).length > 5);
    const [query, ...others] = recording.at('graph');
    assert.equal(others.length, 0);
    assert.deepEqual([query?.method, query?.path], ['POST', '/v1.0/security/runHuntingQuery']);
    assert.match(query?.body ?? '', /^\{"Query":"CloudAppEvents\\n\| where Timestamp > ago\(7d\)/u);
    // Turned off, it asks again.
    await waitFor('the choice to stay open', async () => {
      // The view of the records takes the focus when it is ready, which closes a choice that is open.
      await runCommand(session.page, 'Live Response: Open Hunting Results…');
      await chooseQuickPick(session.page, 'From Microsoft Graph', 5000);
      await chooseQuickPick(session.page, 'Turn Off for This Connection', 5000);
      return true;
    });
    await session.page.locator('.statusbar-item', { hasText: 'asks Microsoft Graph no more' }).first().waitFor();
    await runCommand(session.page, 'Live Response: Open Hunting Results…');
    await chooseQuickPick(session.page, 'From Microsoft Graph');
    await waitFor('the question', () => readDialog(session.page));
    await clickDialog(session.page, 'Cancel');
    assert.equal(recording.at('graph').length, 1);
    // The list is still that of the same session.
    await runCommand(session.page, 'Live Response: Refresh Machine Actions');
    await waitForRows(session.page, NAME);
  });

  test('signing out forgets everything, and one click signs in again', async () => {
    await runCommand(session.page, 'Live Response: Sign Out');
    await session.page.getByText('You are not signed in to this tenant.').waitFor();
    assert.deepEqual(await readTree(session.page, NAME), []);
    await takePictures(session, 'signed-out');
    await session.page.getByRole('button', { name: 'Sign In…' }).click();
    await signInWithCode();
    await waitForRows(session.page, NAME);
  });

  test('a code that is not wanted is cancelled, and asking again at once wants a yes', async () => {
    await runCommand(session.page, 'Live Response: Sign Out');
    await session.page.getByRole('button', { name: 'Sign In…' }).click();
    await waitForCode();
    await clickDialog(session.page, 'Cancel');
    await waitFor('the dialog to go', async () => (await readDialog(session.page)) === undefined);
    await session.page.getByRole('button', { name: 'Sign In…' }).click();
    const asked = await waitFor('the question', () => readDialog(session.page));
    assert.match(asked.text, /canceled a moment ago/u);
    await clickDialog(session.page, 'Sign In');
    await signInWithCode();
    await waitForRows(session.page, NAME);
  });

  test('a sign-in that was revoked says so, and one click signs in again', async () => {
    const { faults, identity } = tenantOf(session);
    // The notices of earlier sign-ins say the same.
    await runCommand(session.page, 'Notifications: Clear All Notifications');
    identity.revokeRefreshTokens();
    faults.add({
      door: 'api',
      times: 1,
      action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
    });
    await runCommand(session.page, 'Live Response: Refresh Machine Actions');
    const { buttons } = await waitForNotification(session.page, 'Your sign-in to "Contoso" has ended');
    assert.equal(buttons[0], 'Sign In…');
    await waitForRows(session.page, NAME);
    await clickNotification(session.page, 'Your sign-in to "Contoso" has ended', 'Sign In…');
    await signInWithCode();
    await waitForNotification(session.page, `Signed in to "${NAME}"`);
  });

  test('a lost key ring is said once, and one click signs in again', async () => {
    secretsLast = false;
    await openWorkbench(session.page, session.url);
    await openViewContainer(session.page, 'Live Response');
    await session.page.getByText('its key ring was lost or is locked').waitFor();
    await takePictures(session, 'secrets-lost');
    assert.deepEqual(await readNotifications(session.page), []);
    await session.page.getByRole('button', { name: 'Sign In…' }).click();
    await signInWithCode();
    await waitForRows(session.page, NAME);
  });
});
