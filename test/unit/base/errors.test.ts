import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  isCancelled,
  isLiveResponseError,
  LiveResponseError,
  systemCodeOf,
  throwIfCancelled,
} from '../../../src/base/errors.ts';
import { failure } from '../defender/expected.ts';

suite('our errors', () => {
  test('their message is for the log: the code, and the status where there is one', () => {
    assert.equal(new LiveResponseError('tls', { host: 'a' }).message, 'tls');
    assert.equal(new LiveResponseError('serverError', { status: 503 }).message, 'serverError (HTTP 503)');
  });

  test('one that was made in another bundle is known as well', () => {
    const foreign = Object.assign(new Error('x'), { name: 'LiveResponseError', code: 'offline', values: {} });
    assert.equal(isLiveResponseError(foreign), true);
    assert.equal(isLiveResponseError(new LiveResponseError('offline')), true);
  });

  test('nothing else is one', () => {
    const bare = { name: 'LiveResponseError', code: 'offline', values: {} };
    for (const other of [
      new Error('x'),
      Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      bare,
      null,
      undefined,
    ]) {
      assert.equal(isLiveResponseError(other), false);
    }
  });

  test('the code of the system is told, and nothing else of what was thrown', () => {
    assert.equal(systemCodeOf(Object.assign(new Error('x'), { code: 'ENOSPC' })), 'ENOSPC');
    for (const other of [new Error('x'), Object.assign(new Error('x'), { code: 5 }), { code: 'ENOSPC' }, 'ENOSPC'])
      assert.equal(systemCodeOf(other), 'unknown');
  });

  test('cancelled is told apart from every other end', () => {
    assert.equal(isCancelled(new LiveResponseError('cancelled')), true);
    assert.equal(isCancelled(AbortSignal.abort().reason), true);
    assert.equal(isCancelled(new LiveResponseError('timeout')), false);
    assert.equal(isCancelled(new Error('cancelled')), false);
  });

  test('an aborted signal throws', () => {
    throwIfCancelled(new AbortController().signal);
    assert.throws(() => {
      throwIfCancelled(AbortSignal.abort());
    }, failure('cancelled'));
  });
});
