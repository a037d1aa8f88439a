import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { faultKindOf, reasonOf } from '../../../src/storage/storageFault.ts';

suite('a fault of the storage', () => {
  test('has a kind by its code of SQLite or of the system; what is no error, or has no known code, is another', () => {
    const kindOf = (codes: object): string => faultKindOf(Object.assign(new Error('x'), codes));
    assert.equal(kindOf({ errcode: 5 }), 'locked');
    assert.equal(kindOf({ errcode: 99 }), 'other');
    assert.equal(kindOf({ code: 'EROFS' }), 'noAccess');
    assert.equal(kindOf({ code: 'E_UNKNOWN' }), 'other');
    assert.equal(kindOf({ code: 5 }), 'other');
    for (const thrown of [undefined, 'locked', { errcode: 5 }]) assert.equal(faultKindOf(thrown), 'other');
  });

  test('is logged by its name and message; of what is no error, nothing is repeated', () => {
    assert.equal(reasonOf(new TypeError('no')), 'TypeError: no');
    assert.equal(reasonOf('a device wrote this'), 'unknown');
  });
});
