import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readClaims } from '../../../src/identity/claims.ts';
import { jwt } from './tokens.ts';

suite('what a token says of itself', () => {
  test("a person's token names tenant, application, person and end", () => {
    const fields = { tid: 'A-Tenant', appid: 'An-App', upn: 'Ünal@contoso.com', exp: 1795467881 };
    const token = jwt({ ...fields, aud: 'https://api', scp: 'Machine.Read  Machine.LiveResponse ' });
    assert.deepEqual(readClaims(token), {
      tenantId: 'a-tenant',
      clientId: 'an-app',
      account: 'Ünal@contoso.com',
      expiresAt: 1795467881000,
      audience: 'https://api',
      roles: undefined,
      scopes: ['Machine.Read', 'Machine.LiveResponse'],
    });
  });

  test("an application's token is named by the application", () => {
    const claims = readClaims(jwt({ appid: 'An-App', roles: ['Machine.Read.All', 7] }));
    assert.deepEqual([claims?.account, claims?.roles, claims?.scopes], ['An-App', ['Machine.Read.All'], undefined]);
  });

  test('version 2 spells the application and the person otherwise', () => {
    const claims = readClaims(jwt({ azp: 'APP', preferred_username: 'p@x' }));
    assert.deepEqual([claims?.clientId, claims?.account], ['app', 'p@x']);
  });

  test('claims of another type are none', () => {
    assert.deepEqual(readClaims(jwt({ tid: 7, appid: null, exp: '1795467881', aud: [], roles: 'a', scp: ['a'] })), {
      tenantId: undefined,
      clientId: undefined,
      account: undefined,
      expiresAt: undefined,
      audience: undefined,
      roles: undefined,
      scopes: undefined,
    });
  });

  for (const token of ['', 'opaque', 'a.b', 'a.b.c', `x.${Buffer.from('null').toString('base64url')}.y`, '..']) {
    test(`${JSON.stringify(token)} is no token that can be read`, () => {
      assert.equal(readClaims(token), undefined);
    });
  }
});
