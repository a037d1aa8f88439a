import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '../../../../src/base/clock.ts';
import { LiveResponseError } from '../../../../src/base/errors.ts';
import type { FailureCode } from '../../../../src/base/failures.ts';
import type { SendSignIn } from '../../../../src/defender/transport.ts';
import { toSignInFailure } from '../../../../src/identity/msal/failures.ts';
import { SignInNetwork } from '../../../../src/identity/msal/network.ts';
import { describeFailure } from '../../../faults/words.ts';

const CORRELATION = '7dd3f1c2-3a3b-4b7e-9f61-0f8a4a3b2c1d';
const { signal } = new AbortController();

function networkOf(send: SendSignIn): SignInNetwork {
  return new SignInNetwork({ send, clock: systemClock, authority: 'https://login.example/t', signal, answerMs: 1000 });
}

/** Returns the network after this answer of the sign-in service. */
async function after(fields: object): Promise<SignInNetwork> {
  const text = JSON.stringify(fields);
  const network = networkOf(() => Promise.resolve({ status: 400, headers: {}, text }));
  await network.sendPostRequestAsync('https://login.example/token');
  return network;
}

function refusal(aadsts: number, error = 'invalid_grant', more: object = {}): Promise<SignInNetwork> {
  return after({ error, error_codes: [aadsts], correlation_id: CORRELATION, ...more });
}

const ANY = new Error('whatever msal makes of it');

suite('a number of Entra’s', () => {
  const NUMBERS: Readonly<Record<string, readonly number[]>> = {
    unknownTenant: [90002, 900021, 900023],
    unknownApplication: [700016, 7000112],
    publicClientOff: [7000218],
    noDefenderHere: [500011, 650052],
    wrongSecret: [7000215, 7000216],
    secretExpired: [7000222],
    wrongCertificate: [700027],
    clockSkew: [700024],
    consentMissing: [65001, 90094],
    declined: [65004],
    otherTenant: [50020],
    notAssigned: [50105],
    blockedByPolicy: [53000, 53001, 53002, 53003, 530032],
    securityDefaults: [530035],
    deviceCodeBlocked: [530036],
  };
  for (const [reason, numbers] of Object.entries(NUMBERS)) {
    for (const number of numbers) {
      test(`${number} is ${reason}, with words of its own and the correlation id`, async () => {
        const failure = toSignInFailure(ANY, await refusal(number), 'Contoso');
        assert.equal(failure.code, 'signInFailed');
        const serverCode = `AADSTS${number}`;
        assert.deepEqual(failure.values, { connection: 'Contoso', serverCode, correlationId: CORRELATION, reason });
        const { sentence, steps } = describeFailure(failure);
        assert.ok(sentence.endsWith(` (${serverCode})`));
        assert.doesNotMatch(sentence, /gave no token/);
        assert.ok(steps.includes('copyCorrelationId'));
      });
    }
  }

  test('of a blocked sign-in is that of a blocked code, where the person has one', async () => {
    const network = await refusal(53003);
    for (const [way, reason] of [
      ['interactive', 'blockedByPolicy'],
      ['deviceCode', 'deviceCodeBlocked'],
      [undefined, 'blockedByPolicy'],
    ] as const) {
      assert.equal(toSignInFailure(ANY, network, 'Contoso', way).values.reason, reason);
    }
  });

  test('stands in the sentence alone, or is one that we do not know', async () => {
    const told = await after({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret.' });
    assert.equal(toSignInFailure(ANY, told, 'Contoso').values.reason, 'wrongSecret');
    const unknown = toSignInFailure(ANY, await refusal(9999999, 'invalid_request'), 'Contoso');
    assert.deepEqual([unknown.values.reason, unknown.values.serverCode], ['refused', 'AADSTS9999999']);
    assert.match(describeFailure(unknown).sentence, /gave no token for "Contoso"\. \(AADSTS9999999\)$/);
  });
});

suite('a word of OAuth’s', () => {
  const WORDS: readonly (readonly [string, object, FailureCode, string])[] = [
    ['invalid_grant', {}, 'notSignedIn', 'sessionEnded'],
    ['invalid_grant', { claims: '{"access_token":{}}' }, 'notSignedIn', 'moreWanted'],
    ['interaction_required', {}, 'notSignedIn', 'moreWanted'],
    ['login_required', {}, 'notSignedIn', 'moreWanted'],
    ['invalid_grant', { suberror: 'consent_required' }, 'signInFailed', 'consentMissing'],
    ['consent_required', {}, 'signInFailed', 'consentMissing'],
    ['access_denied', {}, 'signInFailed', 'declined'],
    ['authorization_declined', {}, 'signInFailed', 'declined'],
    ['expired_token', {}, 'signInFailed', 'codeExpired'],
    ['bad_verification_code', {}, 'signInFailed', 'codeExpired'],
    ['invalid_tenant', {}, 'signInFailed', 'unknownTenant'],
    ['server_says_no', {}, 'signInFailed', 'refused'],
  ];
  for (const [error, more, code, reason] of WORDS) {
    test(`${error} ${JSON.stringify(more)} is ${reason}`, async () => {
      const failure = toSignInFailure(ANY, await after({ error, ...more }), 'Contoso');
      assert.deepEqual([failure.code, failure.values.reason, failure.values.serverCode], [code, reason, error]);
    });
  }
});

suite('what did not come from the network', () => {
  const fresh = (): SignInNetwork => networkOf(() => Promise.reject(ANY));

  test('an error of the browser’s answer: its number and correlation id, and nothing that names anyone', () => {
    const message = `AADSTS50105: alex@contoso.example may not. Trace ID: 1 Correlation ID: ${CORRELATION} Timestamp: 2`;
    const error = Object.assign(new Error(message), { errorCode: 'access_denied', errorMessage: message });
    assert.deepEqual(toSignInFailure(error, fresh(), 'Contoso').values, {
      connection: 'Contoso',
      serverCode: 'AADSTS50105',
      correlationId: CORRELATION,
      reason: 'notAssigned',
    });
  });

  test('an error that says nothing', () => {
    for (const error of [ANY, 'a text', undefined, { errorCode: 'a_code' }]) {
      assert.deepEqual(toSignInFailure(error, fresh(), 'Contoso').values, { connection: 'Contoso', reason: 'refused' });
    }
  });

  test('a failure of ours is kept as it is; one of the way comes before what msal makes of it', async () => {
    const ours = new LiveResponseError('cancelled');
    assert.equal(toSignInFailure(ours, await refusal(53003), 'Contoso'), ours);
    const offline = new LiveResponseError('offline', { host: 'login.example' });
    const network = networkOf(() => Promise.reject(offline));
    await assert.rejects(network.sendGetRequestAsync('https://login.example/'));
    const failure = toSignInFailure(ANY, network, 'Contoso');
    assert.deepEqual([failure.code, failure.values], ['offline', { host: 'login.example', connection: 'Contoso' }]);
  });
});
