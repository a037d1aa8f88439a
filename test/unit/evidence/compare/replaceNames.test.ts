import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { replaceNames } from '../../../../src/evidence/compare/normalise.ts';
import { times } from '../../../fuzz/support/settings.ts';

/** Replaces names by one pattern: slow, and plain to see. */
function byPattern(text: string, names: readonly string[]): string {
  const words = [...new Set(names)]
    .filter((name) => name !== '')
    .sort((one, other) => other.length - one.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'));
  if (words.length === 0) return text;
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${words.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu'), '<host>');
}

suite("a device's own names", () => {
  test('are replaced as whole words, the longest first', () => {
    assert.equal(
      replaceNames('WS-1.example.com, ws-1, ws-10, xws-1, [ws-1]', ['ws-1', 'ws-1.example.com'], '<host>'),
      '<host>, <host>, ws-10, xws-1, [<host>]',
    );
  });

  test('are replaced as one pattern would replace them, whatever stands around them', () => {
    const part = fc.constantFrom(
      'ws-1',
      'WS-1',
      'ws-1.example',
      'Ws',
      '-',
      '_',
      '.',
      ' ',
      '0',
      'é',
      'İ',
      '\u212A',
      'ſ',
      '\u{10400}',
      '\ud83d',
      '\n',
      'x',
    );
    const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    const names = fc.array(fc.constantFrom('ws-1', 'WS-1.example', 'ws', 'k', 's', 'ü', ''), { maxLength: 3 });
    fc.assert(
      fc.property(text, names, (own, given) => {
        assert.equal(replaceNames(own, given, '<host>'), byPattern(own, given), JSON.stringify([own, given]));
      }),
      times(5000),
    );
  });
});
