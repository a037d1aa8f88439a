import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { factsNameOf, findFactsNames, hashedFactsNameOf } from '../../../../src/results/save/factsFileNames.ts';

const HASH = 'ab'.repeat(32);

suite('names of facts files', () => {
  test('hold the whole name of the result file', () => {
    assert.equal(factsNameOf('output.json'), 'output.json.facts.json');
    assert.equal(hashedFactsNameOf('output.json', HASH), `output.json.${'ab'.repeat(8)}.facts.json`);
  });

  test('the usual name is found before those of version 0.1 and those with a hash', () => {
    const hashed = hashedFactsNameOf('output.json', HASH);
    const names = [hashed, 'output.facts.json', 'other.json.facts.json', 'output.json.facts.json'];
    assert.deepEqual(findFactsNames('output.json', names), ['output.json.facts.json', 'output.facts.json', hashed]);
    assert.deepEqual(findFactsNames('output.json.gz', names), ['output.json.facts.json', 'output.facts.json']);
    assert.deepEqual(findFactsNames('output.gz', ['output.facts.json']), ['output.facts.json']);
  });

  test('what only looks like it is none', () => {
    const names = [
      'output.json.ABCDEF0123456789.facts.json',
      `output.json.${'a'.repeat(15)}.facts.json`,
      'output.json.facts.json.bak',
      'output.jsonx.facts.json',
    ];
    assert.deepEqual(findFactsNames('output.json', names), []);
    assert.deepEqual(findFactsNames('output.json', []), []);
  });
});
