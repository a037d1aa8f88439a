import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { SendSignIn } from '../../src/defender/transport.ts';
import { isCodePage, isSignInAddress } from '../../src/identity/signInHosts.ts';
import { inScene } from '../signin/scene.ts';
import { person } from '../signin/productWindow.ts';
import { signInStage } from '../signin/stage.ts';

const stage = signInStage();

/** Targets of hostile metadata. The sender below notes every address. */
const PLACES = [
  ['another host', 'https://collector.example/token'],
  ['the same host without https', (own: string) => own.replace('https:', 'http:')],
  ['another port', (own: string) => own.replace(/:\d+\//u, ':1/')],
  ['a name that begins like the right one', 'https://login.microsoftonline.com.example/token'],
  ['a name with credentials', 'https://login.microsoftonline.com@collector.example/token'],
  ['a file', 'file:///etc/passwd'],
  ['a program', 'command:workbench.action.terminal.new'],
] as const;

/** Rewrites one endpoint of the service's metadata in its answer, and notes all requests. */
function rewriting(
  endpoint: string,
  place: (typeof PLACES)[number][1],
  sent: string[],
): (send: SendSignIn) => SendSignIn {
  return (send) => async (request) => {
    sent.push(request.url);
    const answer = await send(request);
    if (!request.url.includes('/.well-known/openid-configuration')) return answer;
    const fields = JSON.parse(answer.text) as Record<string, string>;
    const own = fields[endpoint] ?? '';
    return {
      ...answer,
      text: JSON.stringify({ ...fields, [endpoint]: typeof place === 'string' ? place : place(own) }),
    };
  };
}

suite('M3: the metadata of the sign-in service do not decide where secrets go', () => {
  for (const [what, place] of PLACES) {
    for (const [endpoint, way] of [
      ['token_endpoint', 'clientSecret'],
      ['token_endpoint', 'interactive'],
      ['token_endpoint', 'deviceCode'],
      ['authorization_endpoint', 'interactive'],
    ] as const) {
      test(`${endpoint}: ${what}, ${way}`, async () => {
        const { tenant } = stage();
        const sent: string[] = [];
        const opened: string[] = [];
        await inScene(
          tenant,
          way,
          async ({ connection, window, signIn, token }) => {
            if (way === 'clientSecret') {
              await window.signIns.storeSecret(connection, 'clientSecret', tenant.clientSecret);
            }
            const prompts = person(tenant);
            const watched = {
              ...prompts,
              openBrowser: (url: string) => {
                opened.push(url);
                return prompts.openBrowser(url);
              },
            };
            await assert.rejects(way === 'clientSecret' ? token() : signIn(watched));
          },
          { wrap: rewriting(endpoint, place, sent) },
        );
        const { origin } = new URL(tenant.loginUrl);
        for (const url of [...sent, ...opened]) assert.equal(new URL(url).origin, origin, url);
        if (endpoint === 'authorization_endpoint') assert.deepEqual(opened, []);
      });
    }
  }

  test('an address of the service itself, and of the known clouds, is one; any other is none', () => {
    const authority = 'https://login.example:8443/tenant';
    for (const address of [
      'https://login.example:8443/token',
      'https://login.microsoftonline.com/x',
      'https://login.microsoftonline.us/x',
    ]) {
      assert.equal(isSignInAddress(address, authority), true, address);
    }
    for (const address of [
      'http://login.example:8443/token',
      'https://login.example/token',
      'https://user@login.example:8443/token',
      'https://:secret@login.microsoftonline.com/token',
      'https://login.microsoftonline.com.evil.example/',
      'https://xlogin.microsoftonline.com/',
      'javascript:alert(1)',
      'https://login.microsoftonline.com\\@evil.example/',
      'https://microsoft.com\\@evil.example/devicelogin',
      'https://login.example:8443\\.evil.example/',
      'https://login.\tmicrosoftonline.com/',
      ' https://login.microsoftonline.com/',
      'file:///etc/passwd',
      '//login.example:8443/token',
      '',
    ]) {
      assert.equal(isSignInAddress(address, authority), false, address);
      assert.equal(isCodePage(address, authority), false, address);
    }
    assert.equal(isCodePage('https://microsoft.com/devicelogin', authority), true);
    assert.equal(isCodePage('http://microsoft.com/devicelogin', authority), false);
    assert.equal(isCodePage('https://microsoft.com.example/devicelogin', authority), false);
  });
});
