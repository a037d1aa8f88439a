import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { describeFailure } from '../../faults/words.ts';

suite('failures of command-line tools in words', () => {
  for (const reason of ['cliMissing', 'cliSignedOut', 'cliClaims', 'rejected', 'otherTenant', 'otherAudience']) {
    test(`${reason} names the connection and the command, and offers no pasted token`, () => {
      const values = { connection: 'Contoso', reason, command: 'az login --tenant t', serverCode: 'AADSTS50076' };
      const { sentence, steps } = describeFailure(new LiveResponseError('notSignedIn', values));
      assert.match(sentence, /"Contoso".* \(AADSTS50076\) Run in a terminal: az login --tenant t$/u);
      assert.deepEqual(steps, ['copyCommand', 'tryAgain', 'showLog']);
    });
  }

  test('each has a sentence of its own', () => {
    const sentences = ['cliMissing', 'cliSignedOut', 'cliClaims', 'rejected', 'otherTenant', 'otherAudience'].map(
      (reason) => describeFailure(new LiveResponseError('notSignedIn', { reason, command: 'x' })).sentence,
    );
    assert.equal(new Set(sentences).size, 6);
  });

  test('a tool that failed is told apart from one that was too slow', () => {
    const [failed, slow] = ['cliFailed', 'cliTimeout'].map((reason) =>
      describeFailure(new LiveResponseError('signInFailed', { connection: 'Contoso', reason, serverCode: 'AADSTS1' })),
    );
    assert.match(failed?.sentence ?? '', /"Contoso" gave no access token\. \(AADSTS1\)$/u);
    assert.match(slow?.sentence ?? '', /did not answer in time/u);
  });
});
