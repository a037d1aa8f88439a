import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { findOneSided } from '../../../../src/evidence/compare/oneSided.ts';
import type { ComparedSide } from '../../../../src/evidence/compare/oneSided.ts';
import { usualRules } from '../../../../src/evidence/compare/normalise.ts';
import { times } from '../../../fuzz/support/settings.ts';

const none = { host: false, times: false, pids: false, guids: false, numbers: false };
const side = (output: string, errors = '', names: readonly string[] = []): ComparedSide => ({ output, errors, names });

suite('lines of only one of two results', () => {
  test('wherever they stand, each once, with their number and their text as received', () => {
    const first = side('same\r\nPID: 4  \r\n\r\n  mine\rmine twice\nmine twice\n', 'only in errors');
    const second = side('mine\nPID: 5  \nsame', 'same');
    const [one, other] = findOneSided(first, second, usualRules);
    assert.deepEqual(one, {
      lines: [
        { stream: 'output', line: 4, column: 3, text: 'mine' },
        { stream: 'output', line: 5, column: 1, text: 'mine twice' },
        { stream: 'errors', line: 1, column: 1, text: 'only in errors' },
      ],
      more: 0,
    });
    assert.deepEqual(
      other.lines.map(({ stream, line, text }) => `${stream} ${line} ${text}`),
      ['output 1 mine', 'errors 1 same'],
    );
  });

  test('what the rules ignore is equal: own names, times, an expression of the user', () => {
    const first = side('Host: ws-1\nat 2026-11-22 20:03:12\nhandle 17', '', ['ws-1']);
    const second = side('Host: ws-2\nat 2026-11-23 08:00:00\nhandle 99', '', ['ws-2']);
    const rules = { ...usualRules, own: String.raw`handle \d+` };
    assert.deepEqual(findOneSided(first, second, rules), [
      { lines: [], more: 0 },
      { lines: [], more: 0 },
    ]);
    assert.equal(findOneSided(first, second, none)[0].lines.length, 3);
  });

  test('a listed line is bounded, and lines that are not listed are counted', () => {
    const many = Array.from({ length: 2500 }, (_, at) => `line ${at} ${'x'.repeat(at % 900)}`).join('\n');
    const [one, other] = findOneSided(side(many), side(''), none);
    assert.deepEqual([one.lines.length, one.more, other.lines.length], [2000, 500, 0]);
    assert.ok(one.lines.every(({ text }) => text.length <= 401));
    const hidden = findOneSided(side(`${' '.repeat(500)}evil.exe\n${'z'.repeat(399)}😀`), side(''), none)[0].lines;
    assert.deepEqual(hidden[0], { stream: 'output', line: 1, column: 501, text: 'evil.exe' });
    assert.equal(hidden[1]?.text, `${'z'.repeat(399)}\ufffd…`);
    // Lines that differ only behind the place where they are shortened are different.
    const long = 'y'.repeat(500);
    assert.equal(findOneSided(side(`${long}a`), side(`${long}b`), none)[0].lines.length, 1);
  });

  test('the same lines as two sets of lines say, for any texts', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', ' ', 'c\r', 'd 1')).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (first, second) => {
        const [one] = findOneSided(side(first), side(second), none);
        const split = (whole: string): string[] => whole.split(/\r\n|\r|\n/u);
        const wanted = new Set(split(first).filter((line) => line.trim() !== '' && !split(second).includes(line)));
        assert.deepEqual(
          one.lines.map(({ line }) => split(first)[line - 1]),
          [...wanted],
        );
        for (const { line, column, text: received } of one.lines)
          assert.equal(split(first)[line - 1]?.slice(column - 1), received);
      }),
      times(200),
    );
  });
});
