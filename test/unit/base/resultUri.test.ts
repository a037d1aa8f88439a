import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { URI } from 'vscode-uri';
import { RESULT_SCHEME } from '../../../src/base/scheme.ts';
import { buildResultUri, CLOUDS, isGuid, parseResultUri, resultKey, tenantKey } from '../../../src/base/resultUri.ts';
import type { ResultAddress, ResultName } from '../../../src/base/resultUri.ts';

const ADDRESS: ResultAddress = {
  cloud: 'commercial',
  tenantId: '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f',
  actionId: '988cc94e-7a8f-4b28-ab65-54970c5d5018',
  commandIndex: 2,
  stream: 'output',
};
const NAME: ResultName = {
  connection: 'Contoso',
  device: 'dc1.contoso.com',
  script: 'collect.ps1',
  createdAt: '2026-11-23T21:04:41.1234567Z',
};
const QUERY = `cloud=commercial&tenant=${ADDRESS.tenantId}&action=${ADDRESS.actionId}&index=2&stream=output`;

const HOSTILE_NAMES = [
  'a/b',
  'what?',
  'c#1',
  '100%',
  '%2e%2e%2f',
  'R&D=1',
  '日本 😀',
  '..',
  '.',
  '...',
  '',
  ' ',
  '..\\..\\evil',
  '../../evil',
  'C:\\a.ps1',
  'safe\u202etxt.exe',
  'a\u2066b\u2069',
  'a\0b\nc\u2028d',
  '\ud83d',
  "=cmd|'/c calc'!A1.ps1",
  '?cloud=dod&index=9',
];

suite("a result's address", () => {
  test('it has the form that other parts rely on', () => {
    const uri = buildResultUri(ADDRESS, NAME);
    assert.equal(uri.scheme, 'live-response');
    assert.equal(uri.authority, '');
    assert.equal(uri.path, '/Contoso/dc1.contoso.com · collect.ps1 · 2026-11-23T2104Z.lr-output');
    assert.equal(uri.query, QUERY);
    assert.equal(uri.fragment, '');
  });

  test('a time of another form stays as the server wrote it', () => {
    assert.ok(buildResultUri(ADDRESS, { ...NAME, createdAt: 'soon' }).path.endsWith(' · soon.lr-output'));
  });

  for (const cloud of CLOUDS) {
    for (const stream of ['output', 'errors', 'raw'] as const) {
      test(`${cloud}, ${stream}: what was built is read back`, () => {
        const address = { ...ADDRESS, cloud, stream };
        const uri = buildResultUri(address, NAME);
        assert.ok(uri.path.endsWith(`.lr-${stream}`));
        assert.deepEqual(parseResultUri(uri), address);
      });
    }
  }

  for (const hostile of HOSTILE_NAMES) {
    test(`the name ${JSON.stringify(hostile)} stays a name in every place`, () => {
      const name = { ...NAME, connection: hostile, device: hostile, script: hostile, createdAt: hostile };
      const uri = buildResultUri(ADDRESS, name);
      const segments = uri.path.split('/');
      assert.equal(segments.length, 3, uri.path);
      assert.ok(!segments.some((segment) => segment === '.' || segment === '..'), uri.path);
      assert.doesNotMatch(uri.path, /[\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      assert.equal(uri.query, QUERY);
      assert.deepEqual(parseResultUri(uri), ADDRESS);

      const reopened = URI.parse(uri.toString(), true);
      assert.equal(reopened.toString(), uri.toString());
      assert.equal(reopened.path, uri.path);
      assert.deepEqual(parseResultUri(reopened), ADDRESS);
    });
  }

  test('names that differ in a character still tell nothing apart: the query alone does', () => {
    const one = buildResultUri(ADDRESS, NAME);
    const other = buildResultUri(ADDRESS, { ...NAME, device: 'renamed' });
    assert.deepEqual(parseResultUri(one), parseResultUri(other));
  });

  test('letters of any language stand in the path as they are', () => {
    assert.ok(buildResultUri(ADDRESS, { ...NAME, device: 'ürün-日本-Ж' }).path.includes('ürün-日本-Ж'));
  });
});

suite('addresses of strangers', () => {
  const part = (change: Readonly<Record<string, string>>): string => {
    const parts = { ...Object.fromEntries(new URLSearchParams(QUERY)), ...change };
    return Object.entries(parts)
      .map(([key, value]) => `${key}=${value}`)
      .join('&');
  };

  test('another scheme is refused', () => {
    assert.equal(parseResultUri({ scheme: 'file', query: QUERY }), undefined);
    assert.equal(parseResultUri({ scheme: 'LIVE-RESPONSE', query: QUERY }), undefined);
  });

  for (const query of [
    '',
    'cloud=commercial',
    part({ cloud: 'Commercial' }),
    part({ cloud: 'constructor' }),
    part({ tenant: ADDRESS.tenantId.toUpperCase() }),
    part({ tenant: '' }),
    part({ action: `${ADDRESS.actionId}/../x` }),
    part({ action: ADDRESS.actionId.replaceAll('-', '') }),
    part({ action: `${ADDRESS.actionId}\n` }),
    part({ index: '' }),
    part({ index: '-1' }),
    part({ index: '01' }),
    part({ index: '1.5' }),
    part({ index: '1e3' }),
    part({ index: '0x1' }),
    part({ index: ' 1' }),
    part({ index: '1000000' }),
    part({ index: 'NaN' }),
    part({ stream: 'output/../raw' }),
    part({ stream: 'Output' }),
  ]) {
    test(`the query ${JSON.stringify(query)} is refused`, () => {
      assert.equal(parseResultUri({ scheme: RESULT_SCHEME, query }), undefined);
    });
  }

  test('a second spelling of an address is refused, so that one thing has one address', () => {
    for (const query of [
      `${QUERY}&index=7`,
      `${QUERY}&x=1`,
      QUERY.split('&').reverse().join('&'),
      QUERY.replace('output', '%6futput'),
      `&${QUERY}`,
    ]) {
      assert.equal(parseResultUri({ scheme: RESULT_SCHEME, query }), undefined, query);
    }
  });
});

suite('keys', () => {
  test('a key tells cloud, tenant, action and command apart, and not the stream', () => {
    const key = resultKey(ADDRESS);
    assert.equal(resultKey({ ...ADDRESS, stream: 'raw' } as ResultAddress), key);
    for (const change of [{ cloud: 'gcc' as const }, { tenantId: ADDRESS.actionId }, { commandIndex: 22 }]) {
      assert.notEqual(resultKey({ ...ADDRESS, ...change }), key);
    }
    assert.notEqual(resultKey({ ...ADDRESS, actionId: ADDRESS.tenantId }), key);
    assert.ok(key.startsWith(tenantKey(ADDRESS)));
  });

  test('a GUID is one in lower case only, and nothing around it', () => {
    assert.equal(isGuid(ADDRESS.actionId), true);
    for (const other of [
      ADDRESS.actionId.toUpperCase(),
      `{${ADDRESS.actionId}}`,
      `${ADDRESS.actionId}\n`,
      '',
      1,
      null,
    ]) {
      assert.equal(isGuid(other), false, String(other));
    }
  });
});
