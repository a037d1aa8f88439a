import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findMismatches } from '../../../src/model/mismatches.ts';
import { action, ACTION_ID, command, received, ref } from '../results/fixtures.ts';

suite('comparing what came with what was asked for', () => {
  test('a result that fits has no mismatch', () => {
    assert.deepEqual(findMismatches(received(), 'collect.ps1'), []);
  });

  test('the file name may have any ending and any case', () => {
    const promisedName = `OUTPUT_${ACTION_ID.toUpperCase()}_0.JSON.gz`;
    assert.deepEqual(findMismatches(received({ promisedName }), 'collect.ps1'), []);
  });

  for (const promisedName of [
    `output_${ACTION_ID}_1.json`,
    'output_1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9_0.json',
    'report.json',
  ]) {
    test(`a link that promised ${promisedName} belongs to something else`, () => {
      assert.deepEqual(findMismatches(received({ promisedName }), 'collect.ps1'), [
        { kind: 'fileName', asked: `output_${ACTION_ID}_0`, found: promisedName },
      ]);
    });
  }

  test('a result of another script is named', () => {
    assert.deepEqual(findMismatches(received(), 'other.ps1'), [
      { kind: 'scriptName', asked: 'collect.ps1', found: 'other.ps1' },
    ]);
  });

  test("a script's name differs also by its case and by blanks", () => {
    for (const found of ['Collect.ps1', 'collect.ps1 ', '']) assert.equal(findMismatches(received(), found).length, 1);
  });

  test('where one side says nothing, nothing can differ', () => {
    assert.deepEqual(findMismatches(received({ promisedName: undefined }), undefined), []);
    const nameless = action({ commands: [command({ command: { type: 'RunScript', params: [] } })] });
    assert.deepEqual(findMismatches(received({ action: nameless }), 'any.ps1'), []);
  });

  test('the script that was asked for is that of the command with this index', () => {
    const second = command({
      index: 1,
      command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'b.ps1' }] },
    });
    const facts = received({
      ref: ref({ commandIndex: 1 }),
      action: action({ commands: [second, command()] }),
      promisedName: undefined,
    });
    assert.deepEqual(findMismatches(facts, 'b.ps1'), []);
    assert.equal(findMismatches(facts, 'collect.ps1').length, 1);
  });
});
