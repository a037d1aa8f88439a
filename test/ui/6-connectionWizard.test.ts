import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { readQuickInput, runCommand, waitForQuickInput } from '../rig/quickInput.ts';
import type { QuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openViewContainer } from '../rig/workbench.ts';
import { readNotifications, readTree } from '../rig/workbenchParts.ts';
import { createCertificate } from '../tenant/certificate.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { SAMPLE, takePictures, waitForRows } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const TENANT = '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f';
const CLIENT = '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9';
/** VS Code's own key for "Back", on Linux. */
const BACK = 'Control+Alt+-';

workbenchSuite('adding and editing a connection, by keyboard', { tenant: 'none' }, (session) => {
  before(async () => {
    await openViewContainer(session.page, 'Live Response');
  });

  const press = (key: string): Promise<void> => session.page.keyboard.press(key);
  const type = (text: string): Promise<void> => session.page.keyboard.type(text);
  const replace = async (text: string): Promise<void> => {
    await press('Control+A');
    await type(text);
  };
  const step = (title: string): Promise<QuickInput> =>
    waitForQuickInput(session.page, (input) => input.title === title);
  const message = (text: string): Promise<QuickInput> =>
    waitForQuickInput(session.page, (input) => input.message.includes(text));
  const activeRow = (label: string): Promise<QuickInput> =>
    waitForQuickInput(session.page, ({ items }) => items.some((item) => item.focused && item.label === label));
  const focusIsInBox = (): Promise<boolean> =>
    session.page.evaluate<boolean>(`Boolean(document.activeElement?.closest('.quick-input-box'))`);

  test('the ways to sign in are explained and grouped', async () => {
    await runCommand(session.page, 'Live Response: Add Connection…');
    const { items } = await step('Add Connection: How to Sign In (1/5)');
    const headings = items.filter(({ separator }) => separator !== '').map(({ separator }) => separator);
    assert.deepEqual(headings, ['As yourself', 'As an application', 'To look around']);
    assert.ok(
      items.every(({ detail }) => detail.length > 20 && detail.length < 86),
      'explained, and not cut off',
    );
    const [first] = items;
    assert.ok(first?.focused);
    // This VS Code runs in a browser, where a sign-in page cannot call back.
    assert.match(first.detail, /A code is used instead/u);
    await session.page.mouse.move(1, 1);
    await takePictures(session, 'wizard-1-sign-in');
    await press('Escape');
  });

  test('a client secret: a wrong id is refused while it is typed, and Back keeps what was entered', async () => {
    await runCommand(session.page, 'Live Response: Add Connection…');
    await step('Add Connection: How to Sign In (1/5)');
    await type('client secret');
    await activeRow('Client secret');
    await press('Enter');
    await step('Add Connection: Cloud and Region (2/6)');
    await activeRow('Commercial');
    await takePictures(session, 'wizard-2-cloud');
    await press('Enter');
    await step('Add Connection: Tenant ID (3/6)');
    await message('Entra admin center');
    await press('Enter');
    await message('cannot stay empty');
    await type('contoso.com');
    await message('Its ID is needed');
    await press('Enter');
    await step('Add Connection: Tenant ID (3/6)');
    await takePictures(session, 'wizard-3-tenant-name');
    await replace(TENANT.slice(1));
    await message('32 digits and letters');
    await replace(`{${TENANT.toUpperCase()}}`);
    await message('Entra admin center');
    await press('Enter');
    await step('Add Connection: Client ID (4/6)');
    await message('app registration');
    await takePictures(session, 'wizard-4-client');
    await type('not an i');
    await press(BACK);
    const back = await step('Add Connection: Tenant ID (3/6)');
    assert.equal(back.value, `{${TENANT.toUpperCase()}}`);
    await press('Enter');
    const forth = await step('Add Connection: Client ID (4/6)');
    assert.equal(forth.value, 'not an i');
    assert.match(forth.message, /32 digits/u, 'what was wrong is still told');
    await replace(CLIENT);
    await press('Enter');
    await step('Add Connection: Client Secret (5/6)');
    await type(CLIENT);
    await message('looks like the secret’s ID');
    await takePictures(session, 'wizard-5-secret-warning');
    await replace('s3cret~value');
    const secret = await message('not its ID');
    assert.equal(
      await session.page.locator('.quick-input-box input').getAttribute('type'),
      'password',
      'nobody reads over the shoulder',
    );
    assert.equal(secret.value, 's3cret~value');
    await press('Enter');
    const name = await step('Add Connection: Name (6/6)');
    assert.equal(name.value, TENANT);
    await takePictures(session, 'wizard-6-name');
    await replace('Contoso');
    await press('Enter');
    await waitFor('the connection in the view', async () => (await readTree(session.page, 'Contoso')).length > 0);
    assert.equal(await readQuickInput(session.page), undefined);
  });

  test('a click elsewhere does not close a step, Escape does', async () => {
    await runCommand(session.page, 'Live Response: Add Connection…');
    await step('Add Connection: How to Sign In (1/5)');
    await session.page.mouse.click(700, 650);
    await waitFor('the focus to go elsewhere', async () => !(await focusIsInBox()));
    await step('Add Connection: How to Sign In (1/5)');
    await session.page.locator('.quick-input-box input').focus();
    await press('Enter');
    await step('Add Connection: Cloud and Region (2/5)');
    await press('Escape');
    await waitFor('the wizard to be gone', async () => (await readQuickInput(session.page)) === undefined);
    // The connection that was just added cannot be signed in to here, and says so whenever that is known.
    const others = (await readNotifications(session.page)).filter(
      ({ text }) => !text.includes('login.microsoftonline'),
    );
    assert.deepEqual(others, []);
  });

  test('a certificate: typed or chosen, and looked into before the next step', async () => {
    const { cert, key } = await createCertificate();
    const only = path.join(session.workspace.folder, 'only.pem');
    const both = path.join(session.workspace.folder, 'both.pem');
    await writeFile(only, cert);
    const encrypted = cert + key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    await writeFile(both, encrypted);
    await runCommand(session.page, 'Live Response: Edit Connection…');
    await activeRow('Contoso');
    await press('Enter');
    await step('Edit "Contoso": How to Sign In (1/6)');
    await activeRow('Client secret');
    await press('ArrowDown');
    await activeRow('Client certificate');
    await press('Enter');
    for (const [title, value] of [
      ['Edit "Contoso": Cloud and Region (2/6)', ''],
      ['Edit "Contoso": Tenant ID (3/6)', TENANT],
      ['Edit "Contoso": Client ID (4/6)', CLIENT],
    ] as const) {
      assert.equal((await step(title)).value, value);
      await press('Enter');
    }
    await step('Edit "Contoso": Client Certificate (5/6)');
    await activeRow('Choose File…');
    await type('app.pem');
    await activeRow('The whole path is needed, from the root or the drive on.');
    await takePictures(session, 'wizard-7-certificate');
    await press('Enter');
    await step('Edit "Contoso": Client Certificate (5/6)');
    await replace(only);
    await activeRow('Use this file');
    await press('Enter');
    await activeRow('There is no private key in this file, only a certificate. Both are needed.');
    await takePictures(session, 'wizard-8-certificate-only');
    // Put right meanwhile: Enter looks again.
    await writeFile(only, encrypted);
    await press('Enter');
    await step('Edit "Contoso": Passphrase (6/7)');
    await press(BACK);
    assert.equal((await step('Edit "Contoso": Client Certificate (5/7)')).value, only);
    await activeRow('Use this file');
    await press('ArrowDown');
    await activeRow('Choose File…');
    await press('Enter');
    await answerFileDialog(session.page, 'Certificate and Private Key', '/', both);
    await step('Edit "Contoso": Passphrase (6/7)');
    await press('Enter');
    await message('cannot stay empty');
    await press(BACK);
    assert.equal((await step('Edit "Contoso": Client Certificate (5/7)')).value, both);
    await press('Escape');
    await waitFor('the wizard to be gone', async () => (await readQuickInput(session.page)) === undefined);
  });

  test('editing: nothing changed keeps the secret, another tenant asks for it again', async () => {
    const toSecret = async (tenant: string): Promise<QuickInput> => {
      await runCommand(session.page, 'Live Response: Edit Connection…');
      await activeRow('Contoso');
      await press('Enter');
      await step('Edit "Contoso": How to Sign In (1/6)');
      await press('Enter');
      await step('Edit "Contoso": Cloud and Region (2/6)');
      await press('Enter');
      await step('Edit "Contoso": Tenant ID (3/6)');
      await replace(tenant);
      await press('Enter');
      await step('Edit "Contoso": Client ID (4/6)');
      await press('Enter');
      return step('Edit "Contoso": Client Secret (5/6)');
    };
    const moved = await toSecret(CLIENT.replace('1f', '2f'));
    assert.equal(moved.value, '');
    assert.doesNotMatch(moved.message, /keep the stored one/u);
    await press('Enter');
    await message('cannot stay empty');
    await press('Escape');
    const same = await toSecret(TENANT);
    assert.match(same.message, /keep the stored one/u);
    await press('Enter');
    await step('Edit "Contoso": Name (6/6)');
    await replace('Contoso Ltd');
    await press('Enter');
    await waitFor('the new name', async () => (await readTree(session.page, 'Contoso Ltd')).length > 0);
    await runCommand(session.page, 'Live Response: Select Connection…');
    const { items } = await activeRow('Contoso Ltd');
    assert.deepEqual(
      items.map(({ label }) => label),
      ['Contoso Ltd'],
    );
    await press('Escape');
  });

  test('the sample tenant is one step', async () => {
    await runCommand(session.page, 'Live Response: Add Connection…');
    await step('Add Connection: How to Sign In (1/5)');
    await type('sample');
    await activeRow('Sample tenant');
    await press('Enter');
    await waitForRows(session.page, SAMPLE);
  });
});
