import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { toCsv } from '../../src/evidence/export/csv.ts';
import { defang, refang } from '../../src/evidence/indicators/defang.ts';
import { collectIndicators, scanIndicators } from '../../src/evidence/indicators/indicators.ts';
import { readCsv, unguard } from '../unit/evidence/csvReader.ts';
import { readCorpus } from '../unit/evidence/indicatorCorpus.ts';
import { describeSeed, times } from './support/settings.ts';
import { anyText } from './support/texts.ts';

const RUNS = 3_000;
/** Limit (ms) that is far above a busy machine's time, and far below the square of a megabyte. */
const LINEAR_MS = 60_000;

const snippets = ['tuned', 'heldOut'].flatMap((part) => readCorpus(part === 'tuned' ? 'tuned' : 'heldOut').lines);
const token = fc.constantFrom(
  ...[
    'http://',
    'https:\\/\\/',
    'ftp://',
    'evil.com',
    'a.b',
    '.',
    ':',
    '::',
    '@',
    '/',
    '\\',
    '\\\\',
    '"',
    "'",
    ' ',
    '  ',
  ],
  ...[
    'C:\\',
    '%TEMP%\\',
    'HKLM\\',
    '/etc/',
    '/dev/tcp/',
    '203.0.113.7',
    '2001:db8::7',
    'ab12'.repeat(8),
    '[.]',
    'hxxp://',
  ],
  ...['Version', '\n', '\t', '(', ')', ',', ';', '-', '=', '+', '.exe', 'www.', 'ü', '\u202e', '\0', '0', 'f'],
);
const text = fc.oneof(
  anyText,
  fc.array(token, { maxLength: 24 }).map((tokens) => tokens.join('')),
  fc.array(fc.oneof(fc.constantFrom(...snippets), token), { maxLength: 6 }).map((lines) => lines.join('')),
);

/**
 * Asserts that a value is the terminal's display of its place: without colors, and without titles and overtyped
 * letters, but with the other letters in order.
 */
function assertShown(value: string, place: string): void {
  const uncoloured = place.replaceAll(/\p{Cc}\[[\d;]*m/gu, '');
  if (!/[\p{Cc}\u2408\u241b]|<U\+00/u.test(uncoloured)) {
    assert.equal(uncoloured, value);
    return;
  }
  let at = 0;
  for (const letter of value) {
    at = uncoloured.indexOf(letter, at) + 1;
    assert.ok(at > 0, `${JSON.stringify(value)} is not what ${JSON.stringify(place)} shows`);
  }
}

suite(`indicators and safe text (${describeSeed})`, () => {
  test('every indicator stands where it is said to, and those of the first rank do not overlap', () => {
    fc.assert(
      fc.property(text, (any) => {
        let end = 0;
        scanIndicators(any, (found, line, lineStart) => {
          assertShown(found.value, any.slice(lineStart + found.start, lineStart + found.end));
          assert.equal(any.slice(0, lineStart).split(/\r\n|\r|\n/u).length, line);
          if (found.isInside) return;
          assert.ok(lineStart + found.start >= end);
          end = lineStart + found.end;
        });
        const counted = collectIndicators(any).reduce((sum, { count }) => sum + count, 0);
        let scanned = 0;
        scanIndicators(any, () => scanned++);
        assert.equal(counted, scanned);
      }),
      times(RUNS),
    );
  });

  test('defanging changes nothing but its marks, and leaves no link of the web', () => {
    fc.assert(
      fc.property(text, (any) => {
        const { text: safe, count } = defang(any);
        assert.equal(refang(safe), refang(any));
        assert.equal(count === 0, safe === any);
        assert.doesNotMatch(safe, /(?<![a-z\d+.-])(?:https?|ftps?):(?:\/\/|\\\/\\\/)/iu);
      }),
      times(RUNS),
    );
  });

  test('a table of anything is read back from CSV', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (rows) => {
        const read = readCsv(toCsv(['a', 'b'], rows));
        assert.deepEqual(
          read.slice(1).map((row) => row.map(unguard)),
          rows.map((row) => [...row]),
        );
        for (const cell of read.flat()) assert.doesNotMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/u);
      }),
      times(RUNS),
    );
  });

  test('a megabyte of what could begin something takes no longer than it is', () => {
    const units = [
      'a.',
      'a@',
      'a@b.',
      '1.2.3.',
      '1:',
      '::1',
      ':',
      '.',
      'f',
      '0a',
      'a-',
      '%a%\\b',
      '%',
      'C:\\a ',
      '"C:\\',
    ];
    const more = [
      '\\\\a\\b ',
      '\\',
      '/tmp/',
      '/tmp/a ',
      'HKLM\\a',
      'HKLM\\a b',
      'http://',
      'http://a@',
      'http://a.b/ ',
      'x.com ',
    ];
    const versions = [
      'Version ',
      'Version  ',
      ' ',
      'xmlns=',
      'www.',
      '-',
      '_',
      '[.]',
      'https://a?http://',
      '\u202e',
      'ü.com ',
    ];
    for (const unit of [...units, ...more, ...versions]) {
      const hostile = unit.repeat(1_000_000 / unit.length);
      const startedAt = performance.now();
      collectIndicators(hostile);
      defang(hostile);
      refang(hostile);
      assert.ok(performance.now() - startedAt < LINEAR_MS, JSON.stringify(unit));
    }
  });
});
