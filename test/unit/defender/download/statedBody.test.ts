import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readStatedBody } from '../../../../src/defender/download/statedBody.ts';
import type { HttpAnswer } from '../../../../src/defender/transport.ts';

function stated(status: number, headers: Readonly<Record<string, string>>): ReturnType<typeof readStatedBody> {
  return readStatedBody({ status, headers } as unknown as HttpAnswer);
}

suite('what the headers of a download state', () => {
  test('a whole file, with or without its length', () => {
    assert.deepEqual(stated(200, { 'content-length': '5' }), { start: 0, end: 5, total: 5, md5: undefined });
    assert.deepEqual(stated(200, {}), { start: 0, end: undefined, total: undefined, md5: undefined });
    assert.deepEqual(stated(200, { 'content-range': 'bytes 0-4/5' }), { start: 0, end: 5, total: 5, md5: undefined });
  });

  test('a part of a file, whose size may be unknown', () => {
    const part = { 'content-range': 'bytes 100-199/300', 'content-length': '100' };
    assert.deepEqual(stated(206, part), { start: 100, end: 200, total: 300, md5: undefined });
    assert.deepEqual(stated(206, { 'content-range': 'bytes 100-199/*' }), {
      start: 100,
      end: 200,
      total: undefined,
      md5: undefined,
    });
  });

  test('the hash of the whole file: the own header covers it only if the answer is the whole file', () => {
    const whole = { 'content-length': '5', 'content-md5': 'own' };
    assert.equal(stated(200, whole)?.md5, 'own');
    assert.equal(stated(200, { ...whole, 'x-ms-blob-content-md5': 'own' })?.md5, 'own');
    assert.equal(stated(200, { ...whole, 'x-ms-blob-content-md5': 'other' }), undefined);
    const part = { 'content-range': 'bytes 1-4/5', 'content-md5': 'own', 'x-ms-blob-content-md5': 'other' };
    assert.equal(stated(206, part)?.md5, 'other');
  });

  for (const [what, status, headers] of [
    ['a length that is no number', 200, { 'content-length': '5, 5' }],
    ['a length that no file has', 200, { 'content-length': '9'.repeat(16) }],
    ['a range that is none', 206, { 'content-range': 'lines 0-4/5' }],
    ['a range of another length', 206, { 'content-range': 'bytes 0-4/5', 'content-length': '4' }],
    ['a range that ends before it begins', 206, { 'content-range': 'bytes 4-2/5' }],
    ['a range beyond the file', 206, { 'content-range': 'bytes 0-5/5' }],
    ['a part without a range', 206, { 'content-length': '5' }],
    ['a whole file that begins later', 200, { 'content-range': 'bytes 1-4/5' }],
    ['a whole file that ends earlier', 200, { 'content-range': 'bytes 0-3/5' }],
    ['a whole file of unknown size', 200, { 'content-range': 'bytes 0-3/*' }],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.equal(stated(status, headers), undefined);
    });
  }
});
