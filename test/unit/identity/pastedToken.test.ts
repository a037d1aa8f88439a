import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import { AccessTokens } from '../../../src/identity/accessTokens.ts';
import type { Secrets } from '../../../src/identity/accessTokens.ts';
import { failure } from '../defender/expected.ts';
import { jwt } from './tokens.ts';

const NOW = Date.UTC(2026, 10, 23, 21);
const SECOND = NOW / 1000;

function open(): { tokens: AccessTokens; kept: Map<string, string>; changedElsewhere: (key: string) => void } {
  const kept = new Map<string, string>();
  const listeners = new Set<(change: { readonly key: string }) => void>();
  const secrets: Secrets = {
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => {
      kept.set(key, value);
      return Promise.resolve();
    },
    delete: (key) => {
      kept.delete(key);
      return Promise.resolve();
    },
    onDidChange: (listener) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
  const changedElsewhere = (key: string): void => {
    for (const listener of listeners) listener({ key });
  };
  return { tokens: new AccessTokens(secrets, () => NOW), kept, changedElsewhere };
}

suite('access tokens', () => {
  test('a token is kept by its connection, and given back while it is valid', async () => {
    const { tokens } = open();
    const token = jwt({ exp: SECOND + 1, upn: 'anna@contoso.com' });
    await tokens.store('a', token);
    await tokens.store('b', 'opaque');
    assert.equal(await tokens.get('a'), token);
    assert.equal(await tokens.get('b'), 'opaque');
    assert.equal(await tokens.accountOf('a'), 'anna@contoso.com');
    assert.equal(await tokens.accountOf('b'), undefined);
  });

  test('a token that was forgotten is gone from the secrets', async () => {
    const { tokens, kept } = open();
    await tokens.store('a', 'opaque');
    assert.equal(kept.size, 1);
    await tokens.forget('a');
    assert.equal(kept.size, 0);
    await assert.rejects(tokens.get('a'), failure('notSignedIn', { connection: 'a', reason: 'noToken' }));
    assert.equal(await tokens.accountOf('a'), undefined);
  });

  test('an empty token is none', async () => {
    const { tokens } = open();
    await tokens.store('a', '');
    await assert.rejects(tokens.get('a'), failure('notSignedIn', { connection: 'a', reason: 'noToken' }));
  });

  for (const exp of [SECOND, SECOND - 3600]) {
    test(`a token that ended ${SECOND - exp} s ago costs no call`, async () => {
      const { tokens } = open();
      await tokens.store('a', jwt({ exp }));
      await assert.rejects(tokens.get('a'), failure('notSignedIn', { connection: 'a', reason: 'expired' }));
    });
  }

  test('a token that was refused is not given again, another one is', async () => {
    const { tokens } = open();
    const refused = jwt({ exp: SECOND + 60 });
    await tokens.store('a', refused);
    await assert.rejects(tokens.get('a', refused), failure('notSignedIn', { connection: 'a', reason: 'rejected' }));
    const renewed = jwt({ exp: SECOND + 61 });
    await tokens.store('a', renewed);
    assert.equal(await tokens.get('a', refused), renewed);
  });

  test('no error shows the token', async () => {
    const { tokens } = open();
    const token = jwt({ exp: SECOND - 1 });
    await tokens.store('a', token);
    for (const rejected of [undefined, token]) {
      await assert.rejects(tokens.get('a', rejected), (error) => {
        assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(token));
        return true;
      });
    }
  });

  test('secret storage is asked once, and again when another window has changed the token', async () => {
    const { tokens, kept, changedElsewhere } = open();
    await tokens.store('Contoso', jwt({ tid: 'a' }));
    const first = await tokens.get('Contoso');
    const [key] = [...kept.keys()];
    assert.ok(key !== undefined);
    const second = jwt({ tid: 'b' });
    kept.set(key, second);
    assert.equal(await tokens.get('Contoso'), first);
    changedElsewhere(key);
    assert.equal(await tokens.get('Contoso'), second);
  });
});
