import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findHits, toPattern } from '../../../src/worker/findHits.ts';
import type { SearchHit } from '../../../src/worker/searchCalls.ts';

function hitsOf(text: string, wanted: string, isRegExp = false): readonly SearchHit[] {
  const found = { hits: [], more: 0, lastLine: 0 };
  findHits(toPattern({ text: wanted, isRegExp, matchCase: true }), 'output', text, 100, found);
  return found.hits;
}

suite('a line in which a search found something', () => {
  test('a match between a CR and its LF is in the line that they end, and the next line keeps its number', () => {
    assert.deepEqual(
      hitsOf('one\r\ntwo\r\n', '\\n|two', true).map(({ line, column }) => [line, column]),
      [
        [1, 5],
        [2, 1],
      ],
    );
  });

  test('a long line is cut before and behind the match, and never through a character', () => {
    for (const [before, behind] of [
      ['😀'.repeat(40), '😀'.repeat(200)],
      [`x${'😀'.repeat(40)}`, `x${'😀'.repeat(200)}`],
      [`${'😀'.repeat(40)}x`, `x${'😀'.repeat(200)}`],
    ] as const) {
      const [hit] = hitsOf(`${before}needle${behind}`, 'needle');
      assert.ok(hit !== undefined, before);
      assert.ok(hit.text.isWellFormed(), before);
      assert.equal(hit.text.slice(hit.at, hit.at + hit.length), 'needle');
      assert.ok(hit.text.length >= 239 && hit.text.length <= 241);
    }
  });

  test('a character behind the surrogates is no half of one', () => {
    const [hit] = hitsOf(`${'x'.repeat(50)}needle${'\uff21'.repeat(300)}`, 'needle');
    assert.equal(hit?.text.length, 240);
  });
});
