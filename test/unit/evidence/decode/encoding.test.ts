import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readBytes } from '../../../../src/evidence/decode/encoding.ts';
import { changeOf, decode, resultJson, transcriptOf, utf16 } from '../results.ts';

const TEXT = 'İı А 日本 😀 \\u202e';

/** Returns a result whose output begins with these bytes. */
function withBytes(...bytes: readonly number[]): Buffer {
  const [before = '', after = ''] = resultJson('|').split('|');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

const START = resultJson('|').indexOf('|');

suite('the encoding of a result', () => {
  test('a byte order mark of UTF-8 is taken off and reported', () => {
    const file = `\ufeff${resultJson(TEXT)}`;
    assert.equal(transcriptOf(file).output, 'İı А 日本 😀 \u202e');
    assert.deepEqual(decode(file).changes, [{ kind: 'byteOrderMark', count: 1 }]);
    assert.equal(decode(file).encoding, 'utf-8');
  });

  for (const order of ['le', 'be'] as const) {
    for (const mark of [true, false]) {
      test(`UTF-16${order.toUpperCase()} ${mark ? 'with' : 'without'} a byte order mark is read`, () => {
        const file = utf16(resultJson(TEXT), order, mark);
        assert.equal(transcriptOf(file).output, 'İı А 日本 😀 \u202e');
        assert.equal(decode(file).encoding, `utf-16${order}`);
        assert.deepEqual(decode(file).changes, mark ? [{ kind: 'byteOrderMark', count: 1 }] : []);
      });
    }

    test(`a lone surrogate in UTF-16${order.toUpperCase()} is replaced and counted`, () => {
      const text = resultJson('ab\ud83dcd');
      const read = readBytes(utf16(text, order, true));
      assert.equal(read?.text, text.toWellFormed());
      assert.equal(read.invalidBytes, 1);
      assert.equal(read.firstInvalidByte, 2 + 2 * text.indexOf('\ud83d'));
    });
  }

  test('a U+FFFD that UTF-16 spells is not counted as replaced', () => {
    const file = utf16(resultJson('a\ufffdb'), 'le', true);
    assert.equal(transcriptOf(file).output, 'a\ufffdb');
    assert.equal(changeOf(file, 'invalidBytes'), undefined);
  });

  test('a U+FFFD inside the text after a mark of its own is kept', () => {
    assert.equal(readBytes(Buffer.from('\ufeff\ufeffa'))?.text, '\ufeffa');
  });

  test('Latin-1 bytes are replaced, counted, and the first one is placed in the file', () => {
    const file = withBytes(0x61, 0xfc, 0x62, 0xe9);
    assert.equal(transcriptOf(file).output, 'a\ufffdb\ufffd');
    assert.deepEqual(changeOf(file, 'invalidBytes'), { kind: 'invalidBytes', count: 2, firstOffset: START + 1 });
  });

  test('the place of the first invalid byte counts the byte order mark', () => {
    const file = Buffer.concat([Buffer.from('\ufeff'), withBytes(0xff)]);
    assert.equal(changeOf(file, 'invalidBytes')?.firstOffset, START + 3);
  });

  test('U+FFFD that the device wrote is told apart from U+FFFD that decoding put there', () => {
    const spelled = [0xef, 0xbf, 0xbd];
    const file = withBytes(...spelled, 0xe6, 0x97, 0xa5, ...spelled, 0xc3, 0x28, ...spelled);
    assert.equal(transcriptOf(file).output, '\ufffd日\ufffd\ufffd(\ufffd');
    assert.deepEqual(changeOf(file, 'invalidBytes'), { kind: 'invalidBytes', count: 1, firstOffset: START + 9 });
  });

  test('U+FFFD that the device wrote alone is no change', () => {
    assert.deepEqual(decode(resultJson('a\ufffd\\ufffd')).changes, []);
  });

  test('a cut character before a spelled U+FFFD is counted, the spelled one is not', () => {
    const file = withBytes(0xe6, 0x97, 0xef, 0xbf, 0xbd);
    assert.deepEqual(changeOf(file, 'invalidBytes'), { kind: 'invalidBytes', count: 1, firstOffset: START });
  });
});
