import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { toByteFilter, toFilterTest } from '../../../src/worker/byteFilter.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(JSON.stringify({ script_output: text }));
const NOTHING = new Uint8Array();

function mayHold(text: string, bytes: Uint8Array, matchCase = false): boolean | undefined {
  return toFilterTest({ text, isRegExp: false, matchCase })?.(toByteFilter(bytes) ?? NOTHING);
}

/** A log whose lines all differ, as text that is as hard to pack as a real one. */
function log(lines: number): string {
  let seed = 7;
  const next = (): string => (seed = (seed * 48_271) % 0x7fffffff).toString(16);
  return Array.from(
    { length: lines },
    (_, at) => `2026-11-23T22:47:${at % 60} svc-${next()} C:\\Tools\\${next()}.exe`,
  ).join('\r\n');
}

suite('the filter of a result', () => {
  test('rules out what is not there, in any case, and nothing that is', () => {
    const bytes = bytesOf('Spooler\tC:\\Windows\\spoolsv.exe');
    assert.equal(mayHold('WinHelpSvc', bytes), false);
    for (const text of ['SPOOLER', 'spoolsv', 'Windows\\spools']) assert.equal(mayHold(text, bytes), true, text);
    // The filter knows no case, so that it only lets more pass.
    assert.equal(mayHold('SPOOLER', bytes, true), true);
  });

  test('every piece of the searched text counts, and none that JSON may write in two ways', () => {
    const bytes = bytesOf('net user');
    assert.equal(mayHold('net user"whoami', bytes), false);
    assert.equal(mayHold('net user"', bytes), true);
    assert.equal(toFilterTest({ text: '<&>', isRegExp: false, matchCase: true }), undefined);
    assert.equal(toFilterTest({ text: 'net.*', isRegExp: true, matchCase: false }), undefined);
  });

  test('a file that writes its letters as escapes has none', () => {
    assert.equal(toByteFilter(Buffer.from('{"script_output":"\\u0077hoami"}')), undefined);
    // Characters that serializers of .NET escape are in no piece.
    assert.notEqual(toByteFilter(Buffer.from('{"script_output":"a \\u003c b \\u00e9 \\u0000"}')), undefined);
  });

  test('groups do not reach over what is no printable character', () => {
    assert.equal(mayHold('abc', Buffer.from('ab\u0001c a\u00e9bc')), false);
    assert.equal(mayHold('abc', Buffer.from('\u00e9abc')), true);
  });

  test('it is small, and rules out nine of ten words that are not there', () => {
    for (const lines of [20, 2000, 100_000]) {
      const bytes = bytesOf(log(lines));
      const filter = toByteFilter(bytes) ?? NOTHING;
      assert.ok(
        filter.length <= Math.max(512, 0.1 * gzipSync(bytes, { level: 1 }).length),
        `${lines}: ${filter.length}`,
      );
      const words = Array.from({ length: 200 }, (_, at) => `q${(at * 7919).toString(36)}zw`);
      const passed = words.filter((text) => toFilterTest({ text, isRegExp: false, matchCase: false })?.(filter));
      assert.ok(passed.length < 20, `${lines}: ${passed.length}`);
    }
  });

  test('the next file’s filter knows nothing of the one before', () => {
    toByteFilter(bytesOf('needle'));
    assert.equal(mayHold('needle', bytesOf('hay')), false);
  });

  test('a filter of a size that we do not make rules nothing out', () => {
    const test = toFilterTest({ text: 'needle', isRegExp: false, matchCase: false });
    for (const length of [0, 3, 100, 2 ** 21]) assert.equal(test?.(new Uint8Array(length)), true, `${length}`);
    assert.equal(test?.(new Uint8Array(64)), false);
  });
});
