import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import { PastedToken } from '../../../src/identity/pastedToken.ts';
import { openDrawer } from '../../../src/identity/secrets.ts';
import type { SecretDrawer } from '../../../src/identity/secrets.ts';
import { failure } from '../defender/expected.ts';
import { memorySecrets } from './memorySecrets.ts';
import type { MemorySecrets } from './memorySecrets.ts';
import { jwt } from './tokens.ts';

const NOW = Date.UTC(2026, 10, 23, 21);
const SECOND = NOW / 1000;
const { signal } = new AbortController();

async function open(token?: string): Promise<{ source: PastedToken; drawer: SecretDrawer; secrets: MemorySecrets }> {
  const secrets = memorySecrets();
  const drawer = openDrawer(secrets, 'a');
  if (token !== undefined) await drawer.store('accessToken', token);
  return { source: new PastedToken(drawer, 'a', () => NOW), drawer, secrets };
}

suite('a pasted access token', () => {
  test('it is given while it is valid, and says who it speaks for and until when', async () => {
    const token = jwt({ exp: SECOND + 1, upn: 'anna@contoso.com' });
    const { source } = await open(token);
    assert.equal(await source.getAccessToken(signal), token);
    assert.equal(await source.account(), 'anna@contoso.com');
    assert.equal(await source.expiresAt(), NOW + 1000);
  });

  test('one that cannot be read is given as it is, and says nothing', async () => {
    const { source } = await open('opaque');
    assert.equal(await source.getAccessToken(signal), 'opaque');
    assert.equal(await source.account(), undefined);
    assert.equal(await source.expiresAt(), undefined);
  });

  test('signing out takes it from the secrets', async () => {
    const { source, secrets } = await open('opaque');
    await source.signOut();
    assert.equal(secrets.kept.size, 0);
    await assert.rejects(source.getAccessToken(signal), failure('notSignedIn', { connection: 'a', reason: 'noToken' }));
    assert.equal(await source.account(), undefined);
  });

  test('an empty token is none', async () => {
    const { source } = await open('');
    await assert.rejects(source.getAccessToken(signal), failure('notSignedIn', { connection: 'a', reason: 'noToken' }));
  });

  for (const exp of [SECOND, SECOND - 3600]) {
    test(`a token that ended ${SECOND - exp} s ago costs no call`, async () => {
      const { source } = await open(jwt({ exp }));
      await assert.rejects(
        source.getAccessToken(signal),
        failure('notSignedIn', { connection: 'a', reason: 'expired' }),
      );
    });
  }

  test('a token that was refused is not given again, another one is', async () => {
    const token = jwt({ exp: SECOND + 60 });
    const { source, drawer } = await open(token);
    await assert.rejects(
      source.getAccessToken(signal, { token }),
      failure('notSignedIn', { connection: 'a', reason: 'rejected' }),
    );
    const renewed = jwt({ exp: SECOND + 61 });
    await drawer.store('accessToken', renewed);
    assert.equal(await source.getAccessToken(signal, { token }), renewed);
  });

  test('no error shows the token', async () => {
    const token = jwt({ exp: SECOND - 1 });
    const { source } = await open(token);
    for (const refusal of [undefined, { token }]) {
      await assert.rejects(source.getAccessToken(signal, refusal), (error) => {
        assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(token));
        return true;
      });
    }
  });

  test('secret storage is asked once, and again when a window has changed the token', async () => {
    const { source, drawer, secrets } = await open(jwt({ tid: 'a' }));
    await source.getAccessToken(signal);
    await source.getAccessToken(signal);
    assert.equal(secrets.reads, 1);
    const second = jwt({ tid: 'b' });
    await drawer.store('accessToken', second);
    assert.equal(await source.getAccessToken(signal), second);
    assert.equal(secrets.reads, 2);
  });
});
