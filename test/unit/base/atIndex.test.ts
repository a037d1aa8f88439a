import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { byteAt, numberAt, textAt } from '../../../src/base/atIndex.ts';

suite('an element of a list', () => {
  test('is what is there, and empty or 0 where nothing is', () => {
    assert.equal(textAt(['a', 'b'], 1), 'b');
    for (const index of [-1, 2, NaN]) assert.equal(textAt(['a', 'b'], index), '');
    assert.equal(textAt(/(a)(b)?/u.exec('a'), 1), 'a');
    assert.equal(textAt(/(a)(b)?/u.exec('a'), 2), '');
    assert.equal(textAt(/(a)/u.exec('c'), 1), '');
    assert.equal(numberAt([3, 4], 1), 4);
    assert.equal(numberAt(new Uint8Array([7]), 0), 7);
    for (const index of [-1, 2, NaN]) assert.equal(numberAt([3, 4], index), 0);
    assert.deepEqual([byteAt(Uint8Array.of(7, 8), 1), byteAt(Uint8Array.of(7, 8), 2)], [8, 0]);
  });
});
