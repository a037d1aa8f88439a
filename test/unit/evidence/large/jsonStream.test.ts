import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Rejection } from '../../../../src/evidence/decode/decode.ts';
import { JsonStream } from '../../../../src/evidence/large/jsonStream.ts';
import type { JsonListener } from '../../../../src/evidence/large/jsonStream.ts';

const SILENT: JsonListener = {
  key: () => undefined,
  text: () => undefined,
  end: () => undefined,
};

function read(...pieces: readonly string[]): Rejection | undefined {
  const stream = new JsonStream(SILENT);
  for (const piece of pieces) stream.add(piece);
  return stream.end();
}

suite('JSON that arrives in pieces', () => {
  test('a number may end with the text', () => {
    assert.equal(read('12'), undefined);
    assert.equal(read('1', '2 '), undefined);
  });

  test('an escape that JSON does not know is refused at its place, also across two pieces', () => {
    assert.deepEqual(read('{"a":"\\q"}'), { reason: 'notJson', offset: 7 });
    assert.deepEqual(read('{"a":"\\u0', '0x"}'), { reason: 'notJson', offset: 10 });
  });

  test('a word that was cut off is told from one that JSON does not know', () => {
    assert.deepEqual(read('{"a":tru'), { reason: 'truncated', offset: 8 });
    assert.deepEqual(read('{"a":12'), { reason: 'truncated', offset: 7 });
    assert.equal(read('{"a":trx')?.reason, 'notJson');
  });

  test('nesting without end is refused', () => {
    assert.equal(read('['.repeat(100_000))?.reason, 'tooNested');
  });

  test('a fault of the listener is not taken for a fault of the text', () => {
    const stream = new JsonStream({
      ...SILENT,
      key: () => {
        throw new RangeError('no room');
      },
    });
    assert.throws(() => {
      stream.add('{"a":1}');
    }, RangeError);
  });
});
