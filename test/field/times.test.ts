import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { normalise } from '../../src/evidence/compare/normalise.ts';
import type { NormaliseRules } from '../../src/base/normaliseRules.ts';
import { NO_TIMES, TIMES } from './timeTexts.ts';

const rules: NormaliseRules = { host: false, times: true, pids: false, guids: false, numbers: false };
const compared = (text: string): string => normalise(text, rules, []);

const CORPUS = path.join(import.meta.dirname, '../corpus/indicators');

suite('S25, S26: times, and nothing but times, are taken for equal', () => {
  test(`${TIMES.length} forms of times`, () => {
    assert.ok(TIMES.length >= 60);
    for (const time of TIMES) {
      assert.equal(compared(`at ${time} x`), 'at <time> x', time);
      assert.equal(compared(time), '<time>', `${time} alone`);
      assert.equal(compared(`"${time}",7`), '"<time>",7', `${time} in CSV`);
    }
  });

  test('inside of what goes round it', () => {
    for (const [text, becomes] of [
      ['[23/Nov/2026:21:04:12 +0000] "GET /"', '[<time>] "GET /"'],
      ['{"at":"\\/Date(1763845452000)\\/"}', '{"at":"\\/Date(<time>)\\/"}'],
      ['/Date(1763845452000+0100)/', '/Date(<time>)/'],
      ['msg=audit(1763845452.123:456)', 'msg=audit(<time>:456)'],
      ['"timestamp": 1763845452, "pid": 7', '"timestamp": <time>, "pid": 7'],
      ['{"created_at":1795464252123}', '{"created_at":<time>}'],
      ['InstallDate : 20261123', 'InstallDate : <time>'],
      ['LastWriteTime=20261123210412', 'LastWriteTime=<time>'],
      ['mtime: 1795464252.123456', 'mtime: <time>'],
      ['a word of the text: <time>', 'a word of the text: <\\time>'],
      ['2026-11-23 21:04:12 10.0.0.5 GET /x 443', '<time> 10.0.0.5 GET /x 443'],
      ['Nov 23 21:04:12 2048 packets', '<time> 2048 packets'],
      ['Nov 23 21:04:12 mail 2026 left', '<time> mail 2026 left'],
      ['20:03:12 -4711', '<time> -4711'],
      ['20:03:12,123 INFO', '<time> INFO'],
      ['[20:03:12,123]', '[<time>]'],
      ['21:04:12,512,a.exe', '<time>,512,a.exe'],
      ['a.exe,2026-11-23 21:04:12,512', 'a.exe,<time>,512'],
      ['log_2026-11-22.txt', 'log_<time>.txt'],
    ] as const) {
      assert.equal(compared(text), becomes);
    }
  });

  test(`${NO_TIMES.length} texts that are none`, () => {
    assert.ok(NO_TIMES.length >= 120);
    for (const text of NO_TIMES) {
      assert.equal(compared(`at ${text} x`), `at ${text} x`, text);
      assert.equal(compared(text), text, `${text} alone`);
    }
  });

  test('no version or address of the corpus is one', () => {
    let count = 0;
    for (const file of ['tuned.txt', 'heldOut.txt']) {
      for (const [number] of readFileSync(path.join(CORPUS, file), 'utf8').matchAll(/\d+(?:\.\d+){2,}/gu)) {
        // A local date has the form of a version, but is not one.
        if (/^\d{1,2}\.\d{2}\.(?:19|20)\d{2}$/u.test(number)) continue;
        assert.equal(compared(`v ${number} x`), `v ${number} x`);
        count++;
      }
    }
    assert.ok(count > 50, String(count));
  });

  test('two texts that differ in one digit of what is no time are never alike', () => {
    for (const text of NO_TIMES) {
      for (const { index: at, 0: digit } of text.matchAll(/\d/gu)) {
        for (const other of '0123456789') {
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          // If the change made a time of it, the text counts as a time, and so differs from the text before.
          if (other !== digit) assert.notEqual(compared(`at ${changed} x`), compared(`at ${text} x`), changed);
        }
      }
    }
  });

  test('a hostile text takes no longer than its length', { timeout: 120_000 }, () => {
    for (const piece of [
      '1',
      '1-',
      '1/',
      '1.',
      '1:',
      'Nov ',
      'Nov 1',
      'Mon, 1 ',
      '2026-11-22 ',
      '2026-11-22T',
      '12:00:0',
      '20',
    ]) {
      compared(piece.repeat(4_000_000 / piece.length));
    }
  });
});
