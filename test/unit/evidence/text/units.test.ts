import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { codeAt } from '../../../../src/base/atIndex.ts';
import { sequenceLength, toUnits, unitAt } from '../../../../src/evidence/text/units.ts';

suite('texts as units', () => {
  test('a unit and a character are those at their place, and 0 after the end', () => {
    const units = toUnits('a\u{1F600}');
    assert.deepEqual(
      [0, 1, 2, 3].map((at) => unitAt(units, at)),
      [0x61, 0xd83d, 0xde00, 0],
    );
    assert.deepEqual(
      [0, 1, 3].map((at) => codeAt('a\u{1F600}', at)),
      [0x61, 0x1f600, 0],
    );
  });

  test('a sequence that the end cuts off is none', () => {
    const bytes = Buffer.from('é\u{1F600}');
    assert.deepEqual([sequenceLength(bytes, 0), sequenceLength(bytes, 2)], [2, 4]);
    assert.deepEqual([sequenceLength(bytes.subarray(0, 1), 0), sequenceLength(bytes.subarray(0, 5), 2)], [0, 0]);
  });
});
