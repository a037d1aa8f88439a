import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { associatesOurs } from '../../../src/documents/associations.ts';

suite('languages that a workspace names for files', () => {
  for (const pattern of [
    '*.lr-output',
    '*.LR-ERRORS',
    '**/*.lr-raw',
    '*',
    '**/*',
    '*.*',
    '*.{json,lr-output}',
    '*output',
    '*.lr-????put',
    '*.lr-[a-z]*',
    '**/live-response*',
    '',
  ]) {
    test(`"${pattern}" could be about ours`, () => {
      assert.equal(associatesOurs({ '*.md': 'markdown', [pattern]: 'json' }), true);
    });
  }

  test('plain endings of others could not', () => {
    assert.equal(associatesOurs({ '*.json': 'jsonc', '**/*.md': 'markdown', '.env.local': 'ini' }), false);
  });

  test('a language of ours is no other one', () => {
    assert.equal(associatesOurs({ '*.lr-output': 'live-response-json' }), false);
  });

  test('what is no such setting says nothing', () => {
    for (const value of [undefined, null, '', [], 5]) assert.equal(associatesOurs(value), false);
  });
});
