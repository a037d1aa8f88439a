import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  isSameConnection,
  ownAddressesOf,
  readConnection,
  readNewConnection,
} from '../../src/connections/connection.ts';
import type { Connection } from '../../src/connections/connection.ts';
import { ConnectionList } from '../../src/connections/connectionList.ts';
import { sampleTenantId } from '../../src/sample/base/identifiers.ts';
import { openWorker } from '../signin/productWindow.ts';

const ID = '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f';
const KNOWN = { name: 'Contoso', cloud: 'commercial', tenantId: ID, clientId: ID, signIn: 'interactive' } as const;
const CUSTOM = {
  ...KNOWN,
  cloud: 'custom',
  apiUrl: 'https://api.contoso.example',
  authority: 'https://login.contoso.example',
  scope: 'https://api.contoso.example/.default',
  downloadHosts: ['blobs.contoso.example:8443'],
  signIn: 'accessToken',
} as const;

function read(value: object): Connection {
  const found = readNewConnection(value);
  assert.ok('connection' in found, JSON.stringify(found));
  return found.connection;
}

function refused(value: object): string | undefined {
  const found = readNewConnection(value);
  return 'problem' in found ? found.problem.field : undefined;
}

suite('M2: a connection that a program brings', () => {
  test('names all that decides where anything goes', () => {
    assert.deepEqual(ownAddressesOf(read(KNOWN)), []);
    assert.deepEqual(ownAddressesOf(read({ ...KNOWN, region: 'eu' })), [['region', 'eu']]);
    assert.deepEqual(
      ownAddressesOf(read(CUSTOM)).map(([field]) => field),
      ['apiUrl', 'authority', 'scope', 'downloadHosts'],
    );
  });

  test('is the same as a known one only where every one of these is', () => {
    const known = read(CUSTOM);
    assert.equal(isSameConnection(known, read({ ...CUSTOM })), true);
    for (const change of [
      { apiUrl: 'https://other.contoso.example' },
      { authority: 'https://other.contoso.example' },
      { scope: 'https://other.contoso.example/.default' },
      { downloadHosts: ['other.contoso.example'] },
      { downloadHosts: [...CUSTOM.downloadHosts, 'other.contoso.example'] },
      { tenantId: ID.replace('0b', '1b') },
      { clientId: ID.replace('0b', '1b') },
      { signIn: 'interactive' },
    ]) {
      assert.equal(isSameConnection(known, read({ ...CUSTOM, ...change })), false, JSON.stringify(change));
    }
    assert.equal(isSameConnection(read(KNOWN), read({ ...KNOWN, region: 'eu' })), false);
  });

  test('has a name that VS Code shows as it is', () => {
    for (const name of [
      '[x](command:y)',
      '$(zap) Contoso',
      'Contoso\nRun',
      'Contoso\u202e',
      'Con\u200btoso',
      'Contoso\u2800',
      'Contoso\u3164',
      'Con\u034ftoso',
    ]) {
      assert.equal(refused({ ...KNOWN, name }), 'name', JSON.stringify(name));
      // A connection that version 0.1 stored is still found, so that it can be changed or removed.
      assert.ok('connection' in readConnection({ ...KNOWN, name }));
    }
    for (const name of ['Contoso [EU] (test)', 'Müşteri 日本', 'a $ b'])
      assert.equal(read({ ...KNOWN, name }).name, name);
  });

  test('has addresses that read as what they are, and can be shown whole', () => {
    for (const apiUrl of [
      'https://evil.example\\.api.security.microsoft.com/',
      'https://api.se\u0441urity.microsoft.com',
      'https://api.security.microsoft.com\u3002evil.example',
      'https://api.\tcontoso.example',
      `https://api.contoso.example/${'x'.repeat(4000)}`,
      'https://user@api.contoso.example',
      'http://api.contoso.example',
    ]) {
      assert.equal(refused({ ...CUSTOM, apiUrl }), 'apiUrl', apiUrl.slice(0, 80));
    }
    for (const downloadHosts of [
      ['a', 'x'.repeat(4000), 'evil.example'],
      Array.from({ length: 21 }, (_, index) => `a${index}.example`),
      ['blobs.contoso.example/evil'],
      ['blobs.c\u043entoso.example'],
      ['blobs.contoso.example\nevil.example'],
    ]) {
      assert.equal(refused({ ...CUSTOM, downloadHosts }), 'downloadHosts');
    }
  });

  test('cannot be changed by the program while a person is asked', () => {
    const downloadHosts = ['blobs.contoso.example'];
    const connection = read({ ...CUSTOM, downloadHosts });
    downloadHosts[0] = 'evil.example';
    assert.deepEqual(connection.downloadHosts, ['blobs.contoso.example']);
  });

  test('is no sample of a real tenant', () => {
    const sample = { ...KNOWN, cloud: 'custom', signIn: 'sample' };
    assert.equal(refused(sample), 'tenantId');
    assert.equal(read({ ...sample, tenantId: sampleTenantId, clientId: sampleTenantId }).signIn, 'sample');
  });

  test('is compared with what other windows added meanwhile', async () => {
    const worker = openWorker();
    const [one, other] = [new ConnectionList(worker), new ConnectionList(worker)];
    await one.load();
    await other.add(read(KNOWN));
    assert.equal(one.byName('Contoso'), undefined);
    await one.renew();
    assert.deepEqual(one.byName('Contoso'), read(KNOWN));
  });

  test('that is kept is there, and the active one stays', async () => {
    const list = new ConnectionList(openWorker());
    await list.add(read(KNOWN));
    await list.keep(read({ ...CUSTOM, name: 'Other' }));
    assert.equal(list.active?.name, 'Contoso');
    assert.equal(list.byName('Other')?.apiUrl, CUSTOM.apiUrl);
  });
});
