import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startBrowser } from '../rig/browser.ts';
import type { RigBrowser } from '../rig/browser.ts';
import { accountOf, signInStage, thrownBy } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
let browser: RigBrowser;
let page: Page;
before(async () => {
  browser = await startBrowser({ ignoreCertificateErrors: true });
});
beforeEach(async () => {
  // A page of its own for each test: for MSAL a sign-in can be over before the last page of the test before has loaded.
  page = await browser.context.newPage();
});
after(async () => {
  await browser.stop();
});

suite('the pages, in Chromium', () => {
  test('signing in takes one key: the account has the focus', async () => {
    const { scopes, publicClient } = stage();
    const result = await publicClient().acquireTokenInteractive({
      scopes,
      loginHint: 'responder@contoso.example',
      successTemplate: '<title>Done</title>',
      openBrowser: async (url) => {
        await page.goto(url);
        await hasFocus('button', 'Sign in as responder@contoso.example');
        await page.keyboard.press('Enter');
      },
    });
    assert.equal(accountOf(result).username, 'responder@contoso.example');
  });

  test('every control has a name and its place in the order of keys', async () => {
    const { scopes, publicClient } = stage();
    const thrown = await thrownBy(
      publicClient().acquireTokenInteractive({
        scopes,
        openBrowser: async (url) => {
          await page.goto(url);
          const buttons = await page.getByRole('main').getByRole('button').allInnerTexts();
          assert.deepEqual(buttons, [
            'Sign in as analyst@contoso.example',
            'Sign in as responder@contoso.example',
            'Cancel',
          ]);
          assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Pick an account');
          await hasFocus('button', 'Sign in as analyst@contoso.example');
          await page.keyboard.press('Tab');
          await page.keyboard.press('Tab');
          await hasFocus('button', 'Cancel');
          await page.keyboard.press('Enter');
        },
      }),
    );
    assert.equal(thrown.code, 'access_denied');
  });

  test('consent is asked for on a page of its own', async () => {
    const { tenant, scopes, publicClient } = stage();
    tenant.identity.policies.consented = false;
    const result = await publicClient().acquireTokenInteractive({
      scopes,
      openBrowser: async (url) => {
        await page.goto(url);
        await page.getByRole('button', { name: 'Sign in as analyst@contoso.example' }).click();
        assert.deepEqual(await page.getByRole('listitem').allInnerTexts(), tenantPermissions);
        await page.getByRole('button', { name: 'Accept' }).click();
      },
    });
    assert.ok(result.accessToken);
  });

  test('a device code is typed, confirmed and used, by keys alone', async () => {
    const { scopes, publicClient } = stage();
    const typing: Promise<void>[] = [];
    const result = await publicClient().acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: ({ userCode, verificationUri }) => {
        typing.push(typeCode(verificationUri, userCode));
      },
    });
    await Promise.all(typing);
    assert.ok(result?.accessToken);
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'You have signed in');
  });

  test('a code that is wrong can be typed again', async () => {
    const { tenant } = stage();
    await page.goto(`${tenant.loginUrl}/${tenant.tenantId}/oauth2/deviceauth`);
    await page.getByRole('textbox', { name: 'Code' }).fill('BCDFGHJKL');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.ok(await page.getByRole('textbox', { name: 'Code' }).isVisible());
  });
});

const tenantPermissions = ['Machine.LiveResponse', 'Machine.Read'];

async function typeCode(uri: string, userCode: string): Promise<void> {
  await page.goto(uri);
  await hasFocus('textbox', 'Code');
  await page.keyboard.type(userCode);
  await page.keyboard.press('Enter');
  await hasFocus('button', 'Continue');
  await page.keyboard.press('Enter');
  await hasFocus('button', 'Sign in as analyst@contoso.example');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'You have signed in' }).waitFor();
}

/** Waits until a control has the focus: a browser gives it some time after the page has loaded. */
async function hasFocus(role: 'button' | 'textbox', name: string): Promise<void> {
  await page.getByRole(role, { name }).and(page.locator(':focus')).waitFor();
}
