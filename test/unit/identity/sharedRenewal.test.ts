import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SharedRenewal } from '../../../src/identity/sharedRenewal.ts';
import type { HeldToken, Renew } from '../../../src/identity/sharedRenewal.ts';
import { failure } from '../defender/expected.ts';

const NOW = Date.UTC(2026, 10, 23, 21);
const MINUTE = 60_000;
const { signal } = new AbortController();

interface Scene {
  readonly renewal: SharedRenewal;
  /** The reason for each renewal: the refused token, or nothing. */
  readonly renewals: (string | undefined)[];
  /** Ends the waiting renewal with this token. */
  readonly bring: (token: string, lifeMs?: number) => void;
}

function open(): Scene {
  const renewals: (string | undefined)[] = [];
  const waiting: ((held: HeldToken) => void)[] = [];
  const renew: Renew = (_signal, refusal) => {
    renewals.push(refusal?.token);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    renewal: new SharedRenewal(renew, () => NOW),
    renewals,
    bring: (token, lifeMs = 60 * MINUTE) => waiting.shift()?.({ token, expiresAt: NOW + lifeMs }),
  };
}

suite('renewing a token', () => {
  test('twenty who ask at once are served by one renewal, and later ones from memory', async () => {
    const { renewal, renewals, bring } = open();
    const asked = Array.from({ length: 20 }, () => renewal.get(signal));
    bring('first');
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['first']));
    assert.equal(await renewal.get(signal), 'first');
    assert.equal(renewals.length, 1);
  });

  test('twenty who were refused the same token are served by one renewal', async () => {
    const { renewal, renewals, bring } = open();
    renewal.hold({ token: 'old', expiresAt: NOW + 60 * MINUTE });
    const asked = Array.from({ length: 20 }, () => renewal.get(signal, { token: 'old' }));
    bring('new');
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['new']));
    assert.deepEqual(renewals, ['old']);
  });

  test('a refusal that comes while a renewal runs is heard when that brings the refused token', async () => {
    const { renewal, renewals, bring } = open();
    const first = renewal.get(signal);
    const refused = renewal.get(signal, { token: 'old' });
    bring('old');
    assert.equal(await first, 'old');
    bring('new');
    assert.equal(await refused, 'new');
    assert.deepEqual(renewals, [undefined, 'old']);
  });

  test('a token that lacks claims is handed out to nobody until another one came', async () => {
    const renewals: (string | undefined)[] = [];
    const answers = [new Error('a person is needed'), new Error('a person is needed'), 'new', 'newest'];
    const renewal = new SharedRenewal(
      (_signal, refusal) => {
        renewals.push(refusal?.claims);
        const token = answers.shift();
        return typeof token === 'string'
          ? Promise.resolve({ token, expiresAt: NOW })
          : Promise.reject(token ?? new Error());
      },
      () => NOW,
    );
    renewal.hold({ token: 'old', expiresAt: NOW + 60 * MINUTE });
    await assert.rejects(renewal.get(signal, { token: 'old', claims: '{}' }));
    await assert.rejects(renewal.get(signal));
    assert.equal(await renewal.get(signal), 'new');
    assert.equal(await renewal.get(signal), 'newest');
    assert.deepEqual(renewals, ['{}', '{}', '{}', undefined]);
  });

  test('less than five minutes before its end a token is renewed', async () => {
    const { renewal, bring } = open();
    renewal.hold({ token: 'old', expiresAt: NOW + 5 * MINUTE });
    const renewed = renewal.get(signal);
    bring('new');
    assert.equal(await renewed, 'new');
  });

  test('whoever cancels leaves the others waiting', async () => {
    const { renewal, renewals, bring } = open();
    const impatient = new AbortController();
    const [left, patient] = [renewal.get(impatient.signal), renewal.get(signal)];
    impatient.abort();
    await assert.rejects(left, failure('cancelled', {}));
    bring('first');
    assert.equal(await patient, 'first');
    assert.equal(renewals.length, 1);
  });

  test('a renewal that nobody waits for any more is given up', async () => {
    const impatient = new AbortController();
    let givenUp: AbortSignal | undefined;
    const renewal = new SharedRenewal(
      (all) => {
        givenUp = all;
        return new Promise(() => undefined);
      },
      () => NOW,
    );
    const left = renewal.get(impatient.signal);
    impatient.abort();
    await assert.rejects(left, failure('cancelled', {}));
    assert.equal(givenUp?.aborted, true);
  });

  test('a renewal that failed is told to all who waited, and the next one tries again', async () => {
    let attempts = 0;
    const renewal = new SharedRenewal(
      () => {
        attempts++;
        return attempts === 1
          ? Promise.reject(new Error('down'))
          : Promise.resolve({ token: 'new', expiresAt: NOW + 60 * MINUTE });
      },
      () => NOW,
    );
    const asked = await Promise.allSettled([renewal.get(signal), renewal.get(signal)]);
    assert.deepEqual(
      asked.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await renewal.get(signal), 'new');
    assert.equal(attempts, 2);
  });
});
