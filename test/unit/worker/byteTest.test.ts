import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { toByteFilter, toFilterTest } from '../../../src/worker/byteFilter.ts';
import { toByteTest } from '../../../src/worker/byteTest.ts';
import { findHits, toPattern } from '../../../src/worker/findHits.ts';
import { times } from '../../fuzz/support/settings.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const query = (text: string, matchCase = false) => ({ text, isRegExp: false, matchCase });

suite('what the bytes of a result, and their filter, tell about a search', () => {
  test('a result without the text need not be decoded', () => {
    const mayMatch = toByteTest(query('WinHelpSvc'));
    assert.equal(mayMatch?.(bytesOf('{"script_output":"nothing of the kind"}')), false);
    assert.equal(mayMatch(bytesOf('{"script_output":"WINHELPSVC"}')), true);
  });

  test('a letter that is written as an escape is found', () => {
    assert.equal(toByteTest(query('whoami', true))?.(bytesOf('{"script_output":"\\u0077hoami"}')), true);
    assert.equal(toByteTest(query('whoam'))?.(bytesOf('{"script_output":"who\\u0041m"}')), true);
  });

  test('an expression, and a text of letters that are ambiguous, are not looked for in bytes', () => {
    assert.equal(toByteTest({ text: 'abc.*', isRegExp: true, matchCase: false }), undefined);
    assert.equal(toByteTest(query('kiss')), undefined);
    assert.equal(toByteTest(query('ab')), undefined);
    assert.equal(toByteTest(query('ışğ')), undefined);
  });

  test('it never rules out a result in which the search has a hit', () => {
    const letters = fc.constantFrom(...'abKkSsIiıİſ\u212Aß-_. \\"/+&<é漢\u{1F600}'.split(''), 'abc', 'svc', '\n', '\0');
    const word = fc.array(letters, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        word,
        fc.array(word, { maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(3),
        (text, parts, matchCase, isFolded, form) => {
          const own = isFolded ? text.toUpperCase() : text;
          const output = [...parts, own, ...parts.toReversed()].join('x');
          const found = { hits: [], more: 0, lastLine: 0 };
          findHits(toPattern(query(text, matchCase)), 'output', output, 5, found);
          if (found.hits.length === 0) return;
          const json = JSON.stringify({ script_output: output });
          const written = [
            json,
            json.replaceAll('/', '\\/'),
            json.replaceAll(/[^\x20-\x7e]|[&'+<>`]/gu, (letter) => escapesOf(letter)),
            json.replaceAll(/(?<!\\)(?<!\\u[0-9a-f]{0,3})[a-c]/giu, (letter) => escapesOf(letter)),
          ][form];
          const bytes = bytesOf(written ?? json);
          const told = JSON.stringify([text, written]);
          assert.notEqual(toByteTest(query(text, matchCase))?.(bytes), false, told);
          const filter = toByteFilter(bytes);
          if (filter !== undefined) assert.notEqual(toFilterTest(query(text, matchCase))?.(filter), false, told);
        },
      ),
      times(5000),
    );
  });
});

/** Writes a text as escapes of its UTF-16 units. */
function escapesOf(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
