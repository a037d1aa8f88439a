import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { LargeReader } from '../../src/evidence/large/largeReader.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';
import { action, arrived, command, ref, resultFile } from '../unit/results/fixtures.ts';

/** Largest size of the facts, in bytes: they are in every window's memory, and in the answer to every list. */
const MOST_FACTS = 512 * 1024;

const sizeOf = (facts: StoredFacts): number => JSON.stringify(facts).length;
const changeOf = (facts: StoredFacts, kind: string): object | undefined =>
  facts.changes.find((change) => change.kind === kind);

/** Returns a result with as many keys of its own as a device wants, each as long as it wants. */
function withKeys(count: number, length: number, repeat = 1): Buffer {
  const keys = Array.from({ length: count }, (_, at) => `"${String(at).padEnd(length, 'k')}":0`);
  const all = Array.from({ length: repeat }, () => keys).flat();
  return Buffer.from(`{"script_output":"a","script_errors":"",${all.join(',')}}`);
}

function put(bytes: Uint8Array, change: Parameters<typeof arrived>[1] = {}): StoredFacts {
  const handlers = createHandlers();
  const stored = handlers.put(...arrived(bytes, change));
  assert.ok(sizeOf(stored) < MOST_FACTS, `${sizeOf(stored)} units of facts`);
  return stored;
}

suite('facts do not grow with what a device writes', () => {
  test('unknown keys: the first ones are named, the others counted', () => {
    const stored = put(withKeys(100_000, 500));
    const change = changeOf(stored, 'unknownKey') as { count: number; keys: string[]; keysCut: number };
    assert.deepEqual([change.count, change.keys.length, change.keysCut], [100_000, 50, 100_000]);
  });

  test('keys that stand twice', () => {
    const change = changeOf(put(withKeys(50_000, 300, 2)), 'duplicateKey') as { count: number; keys: string[] };
    assert.deepEqual([change.count, change.keys.length], [50_000, 50]);
  });

  test('a few short keys are named as before', () => {
    const { changes } = decodeResult(withKeys(3, 1));
    assert.deepEqual(
      changes.find(({ kind }) => kind === 'unknownKey'),
      { kind: 'unknownKey', count: 3, keys: ['0', '1', '2'] },
    );
  });

  test('the reader of large files says the same', () => {
    const bytes = withKeys(900, 300, 2);
    const reader = new LargeReader(() => undefined);
    reader.add(bytes);
    const { changes } = reader.end();
    assert.ok(JSON.stringify(changes).length < MOST_FACTS);
    assert.deepEqual(
      changes,
      decodeResult(bytes).changes.map((change) => ({ ...change })),
    );
  });

  test('the name of the script', () => {
    const stored = put(resultFile('a', '', 's'.repeat(5_000_000)));
    assert.deepEqual(changeOf(stored, 'factsCut'), { kind: 'factsCut', count: 2 });
  });

  test('errors, parameters, commands and every other text of the action', () => {
    const long = 'x'.repeat(500_000);
    const hostile = action({
      requestorComment: long,
      commands: Array.from({ length: 300 }, (_, index) =>
        command({
          index,
          errors: Array.from({ length: 1000 }, () => long.slice(0, 100)),
          command: { type: 'RunScript', params: [{ key: 'Args', value: long }] },
        }),
      ),
    });
    const stored = put(resultFile('a'), { action: hostile, ref: ref({ commandIndex: 299 }) });
    assert.equal(stored.action.id, hostile.id);
    assert.ok(
      stored.action.commands.some(({ index }) => index === 299),
      'the command of the result is there',
    );
    const change = changeOf(stored, 'factsCut') as { count: number };
    assert.ok(change.count > 300 - 100 + 99 * 900, String(change.count));
  });

  test('an action as it should be is kept as it was', () => {
    const acted = action({ requestorComment: 'c'.repeat(4000), commands: [command({ errors: ['one', 'two'] })] });
    const stored = put(resultFile('a'), { action: acted });
    assert.deepEqual(stored.action, acted);
    assert.equal(changeOf(stored, 'factsCut'), undefined);
  });
});
