import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LinkifyIt } from 'linkify-it';
import { defang } from '../../src/evidence/indicators/defang.ts';
import { readCorpus } from '../unit/evidence/indicatorCorpus.ts';

const LINES = 10_000;

/** Finds links as programs do: addresses with a scheme, addresses that begin with `//`, and mail addresses. */
const linkify = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: true, fuzzyIP: false });
/** Finds bare names too, file names among them, because many programs link them. */
const linkifyNames = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: true });

function linksIn(text: string, linker = linkify): string[] {
  // A link to this machine leads nowhere.
  return (linker.match(text) ?? []).map(({ raw }) => raw).filter((raw) => !/^\/\/(?:localhost\b|\[::\])/iu.test(raw));
}

/** Yields the same numbers in every run, from a linear congruential generator (Numerical Recipes). */
function* numbers(): Generator<number, never> {
  let state = 20_261_123;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const PIECES = [
  'http://',
  'https://',
  'HTTPS://',
  'ftp://',
  'ftps://',
  'sftp://',
  '//',
  'mailto:',
  'hxxp://',
  'https:\\/\\/',
  '@',
  '.',
  ':',
  '/',
  '?',
  '#',
  '&',
  'evil.com',
  'evil.example',
  'a.b',
  'x',
  'www.',
  'localhost',
  'dc1',
  '203.0.113.7',
  '[2001:db8::7]',
  'вирус.рф',
  'bücher.de',
  'xn--80aja.xn--p1ai',
  'anna',
  'a.b@evil.com',
  'x@y.press',
  ' ',
  '  ',
  '\t',
  '"',
  "'",
  '(',
  ')',
  '[',
  ']',
  '<',
  '>',
  ',',
  ';',
  '|',
  '-',
  '_',
  '=',
  '+',
  '%2F',
  '$',
  '!',
  '*',
  '\u001b[31m',
  '\b',
  '\r',
  '[.]',
  '[@]',
  '8443',
  'C:\\',
  '\\\\',
  '…',
  '„',
  '“',
  '。',
  '😀',
  '\u200b',
];

function fuzzedLines(): string[] {
  const words = (['tuned', 'heldOut'] as const).flatMap((part) =>
    readCorpus(part).lines.flatMap((line) => line.split(/\s+/u)),
  );
  const random = numbers();
  const below = (count: number): number => Math.floor(random.next().value * count);
  return Array.from({ length: LINES }, () =>
    Array.from({ length: 1 + below(12) }, () =>
      below(4) === 0 ? words[below(words.length)] : PIECES[below(PIECES.length)],
    ).join(''),
  );
}

suite('what was made harmless holds no address that a program links', () => {
  test('the corpus', () => {
    for (const part of ['tuned', 'heldOut'] as const) {
      const { lines, expected } = readCorpus(part);
      for (const [at, line] of lines.entries()) {
        const safe = defang(line).text;
        assert.deepEqual(linksIn(safe), [], line);
        // Of bare names only those of files and shares remain: no name that is an indicator by itself.
        const indicators = expected.flatMap((one) => {
          const [number, kind = '', ...value] = one.split(' ');
          const isLinked = /^(?:url|domain|ipv4|email)$/u.test(kind) && !line.includes(`\\\\${value.join(' ')}`);
          return number === `${at + 1}` && isLinked ? [value.join(' ')] : [];
        });
        for (const link of linksIn(safe, linkifyNames))
          assert.ok(!indicators.some((one) => link.includes(one)), `${link} in ${line}`);
      }
    }
  });

  test(`${LINES} lines of all that could make an address`, () => {
    let before = 0;
    for (const line of fuzzedLines()) {
      before += linksIn(line).length;
      const safe = defang(line).text;
      assert.deepEqual(linksIn(safe), [], `${JSON.stringify(line)} became ${JSON.stringify(safe)}`);
      assert.equal(defang(safe).text, safe, JSON.stringify(line));
    }
    assert.ok(before > LINES / 10, `${before}`);
  });
});
