import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { destinationOf } from '../../../../../src/connections/connection.ts';
import type { Connection } from '../../../../../src/connections/connection.ts';
import { check, checkToken, WARNINGS } from '../../../../../src/commands/connections/wizard/checks.ts';
import type { Problem } from '../../../../../src/commands/connections/wizard/checks.ts';
import { draftOf, hostsIn, idIn } from '../../../../../src/commands/connections/wizard/draft.ts';
import type { Draft, TextStep } from '../../../../../src/commands/connections/wizard/draft.ts';
import { jwt } from '../../../identity/tokens.ts';
import { CLIENT, NOW, OTHER, TENANT, TOKEN } from './walk.ts';

const EXPIRED = jwt({ tid: TENANT, appid: CLIENT, exp: NOW / 1000 });
const DRAFT: Draft = { ...draftOf(undefined), signIn: 'interactive', texts: { tenantId: TENANT } };

/** A text at a step, and the problem with it. */
const TYPED: readonly (readonly [TextStep, string, Problem | undefined])[] = [
  ['apiUrl', '', 'missing'],
  ['apiUrl', ' https://proxy.example/base ', undefined],
  ['apiUrl', 'http://127.0.0.1:8080', undefined],
  ['apiUrl', 'http://localhost:8080', undefined],
  ['apiUrl', 'http://proxy.example', 'noApiUrl'],
  ['apiUrl', 'https://me:secret@proxy.example', 'noApiUrl'],
  ['apiUrl', 'proxy.example', 'noApiUrl'],
  ['authority', '', undefined],
  ['authority', 'https://login.example:8443', undefined],
  ['authority', `https://login.example/${TENANT}`, 'noAuthority'],
  ['authority', 'http://127.0.0.1:8080', 'noAuthority'],
  ['graphUrl', '', undefined],
  ['graphUrl', 'https://graph.example', undefined],
  ['graphUrl', 'http://graph.example', 'noAuthority'],
  ['graphUrl', 'https://graph.example/v1.0', 'noAuthority'],
  ['scope', '', undefined],
  ['scope', 'https://api.example/.default', undefined],
  ['scope', 'https://api.example', 'noScope'],
  ['downloadHosts', '', undefined],
  ['downloadHosts', 'a.example, b.example:8443;[::1]:1', undefined],
  ['downloadHosts', 'a.example https://b.example', 'noHost'],
  ['downloadHosts', 'a.example/path', 'noHost'],
  ['downloadHosts', 'me@a.example', 'noHost'],
  ['downloadHosts', 'a.example:port', 'noHost'],
  ['tenantId', '', 'missing'],
  ['tenantId', `  {${TENANT.toUpperCase()}} `, undefined],
  ['tenantId', `"${TENANT}",`, undefined],
  ['tenantId', 'contoso.onmicrosoft.com', 'tenantName'],
  ['tenantId', TENANT.slice(1), 'noTenantId'],
  ['tenantId', `${TENANT}0`, 'noTenantId'],
  ['tenantId', `https://login.microsoftonline.com/${TENANT}`, 'noTenantId'],
  ['clientId', '', 'missing'],
  ['clientId', CLIENT.toUpperCase(), undefined],
  ['clientId', 'my app', 'noClientId'],
  ['clientId', `{${TENANT.toUpperCase()}}`, 'tenantAsClient'],
  ['clientSecret', '  ', 'missing'],
  ['clientSecret', 'abc~DEF.123', undefined],
  ['clientSecret', OTHER, 'secretId'],
  ['certificate', '', 'missing'],
  ['certificate', '/home/ir/app.pem', undefined],
  ['certificate', 'C:\\ir\\app.pem', undefined],
  ['certificate', 'app.pem', 'noAbsolutePath'],
  ['certificate', '~/app.pem', 'noAbsolutePath'],
  ['certificate', '\\\\server\\share\\app.pem', 'networkShare'],
  ['certificate', '//server/share/app.pem', 'networkShare'],
  ['certificate', '\\/server/share/app.pem', 'networkShare'],
  ['passphrase', '', 'missing'],
  ['passphrase', ' ', undefined],
  ['accessToken', '', 'missing'],
  ['accessToken', ` ${TOKEN}\n`, undefined],
  ['accessToken', 'a.b.c', 'noToken'],
  ['accessToken', jwt({ tid: 'common', appid: CLIENT }), 'noToken'],
  ['accessToken', EXPIRED, 'tokenExpired'],
  ['name', ' ', 'missing'],
  ['name', ' Contoso ', undefined],
  ['name', 'x'.repeat(80), undefined],
  ['name', 'x'.repeat(81), 'nameTooLong'],
  ['name', ' Fabrikam', 'nameTaken'],
];

suite('what is typed is checked', () => {
  for (const [step, text, problem] of TYPED) {
    test(`${step}: ${JSON.stringify(text).slice(0, 60)} ${problem === undefined ? 'is right' : `is ${problem}`}`, () => {
      const context = { existing: undefined, names: ['Fabrikam'], now: NOW };
      assert.equal(check(step, text, DRAFT, context), problem);
    });
  }

  test('only what may be right after all is a warning', () => {
    assert.deepEqual([...WARNINGS].sort(), ['otherAudience', 'secretId', 'tenantAsClient']);
  });

  test('a token for something else than the Defender API of its cloud is warned of', () => {
    const tokenFor = (aud: string): string => jwt({ tid: TENANT, appid: CLIENT, aud });
    assert.equal(checkToken(tokenFor('https://management.azure.com/'), NOW, 'commercial'), 'otherAudience');
    assert.equal(checkToken(tokenFor('https://api.securitycenter.microsoft.com/'), NOW, 'commercial'), undefined);
    assert.equal(checkToken(tokenFor('fc780465-2017-40d4-a0c5-307022471b92'), NOW, 'gcc'), undefined);
    assert.equal(checkToken(tokenFor('api://anything'), NOW, 'custom'), undefined);
  });

  test('a token that replaces another must be of the same tenant and application', () => {
    assert.equal(
      checkToken(TOKEN, NOW, 'custom', {
        name: 'x',
        cloud: 'gcc',
        tenantId: TENANT,
        clientId: CLIENT,
        signIn: 'accessToken',
      }),
      undefined,
    );
    assert.equal(
      checkToken(TOKEN, NOW, 'custom', {
        name: 'x',
        cloud: 'gcc',
        tenantId: OTHER,
        clientId: CLIENT,
        signIn: 'accessToken',
      }),
      'foreignToken',
    );
  });

  test('ids and hosts are taken out of what surrounds them', () => {
    assert.equal(idIn(` "{${TENANT.toUpperCase()}}", `), TENANT);
    assert.deepEqual(hostsIn(' A.Example, b.example:443 ;c.example:8443\t'), [
      'a.example',
      'b.example',
      'c.example:8443',
    ]);
  });
});

suite('a stored secret, when its connection is edited', () => {
  const existing: Connection = {
    name: 'Contoso',
    cloud: 'custom',
    apiUrl: 'https://proxy.example',
    tenantId: TENANT,
    clientId: CLIENT,
    signIn: 'clientSecret',
  };
  const context = { existing, names: ['Contoso'], now: NOW };
  const draft = draftOf(existing);

  test('serves on where nothing that it was given for has changed', () => {
    assert.equal(check('clientSecret', '', draft, context), undefined);
    assert.equal(check('name', 'Contoso', draft, context), undefined);
    const where = destinationOf(existing);
    assert.equal(destinationOf({ ...existing, name: 'x', downloadHosts: ['a.example'] }), where);
    // The default value.
    assert.equal(destinationOf({ ...existing, authority: 'https://login.microsoftonline.com' }), where);
  });

  for (const [what, changed] of [
    ['tenant', { ...draft, texts: { ...draft.texts, tenantId: OTHER } }],
    ['application', { ...draft, texts: { ...draft.texts, clientId: OTHER } }],
    ['cloud', { ...draft, place: { cloud: 'gcc' } }],
    ['API', { ...draft, texts: { ...draft.texts, apiUrl: 'https://other.example' } }],
    ['sign-in service', { ...draft, texts: { ...draft.texts, authority: 'https://login.example' } }],
  ] as const) {
    test(`is asked for again with another ${what}`, () => {
      assert.equal(check('clientSecret', '', changed, context), 'missing');
    });
  }

  test('is asked for again with another way to sign in', () => {
    assert.equal(check('accessToken', '', { ...draft, signIn: 'accessToken' }, context), 'missing');
  });

  test('a passphrase serves one file', () => {
    const certified: Connection = { ...existing, signIn: 'clientCertificate', certificatePath: '/ir/a.pem' };
    const encrypted = { ...draftOf(certified), keyIsEncrypted: true };
    const around = { ...context, existing: certified };
    assert.equal(check('passphrase', '', encrypted, around), undefined);
    const moved = { ...encrypted, texts: { ...encrypted.texts, certificate: '/ir/b.pem' } };
    assert.equal(check('passphrase', '', moved, around), 'missing');
  });

  test('a token, too, even while one is being typed', () => {
    const pasted: Connection = { ...existing, signIn: 'accessToken' };
    const typing = {
      ...draftOf(pasted),
      texts: { ...draftOf(pasted).texts, accessToken: jwt({ tid: OTHER, appid: CLIENT }) },
    };
    assert.equal(check('accessToken', '', typing, { ...context, existing: pasted }), undefined);
  });
});
