import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Transcript } from '../../../../src/evidence/decode.ts';
import { usualRules } from '../../../../src/evidence/normalise.ts';
import { createRunHandlers } from '../../../../src/results/worker/runHandlers.ts';
import type { ComparedRef } from '../../../../src/results/worker/runHandlers.ts';
import { SharedRecords } from '../../../../src/storage/sharedRecords.ts';
import { findRuns } from '../../../../src/results/runs.ts';
import { action, ref, TENANT } from '../fixtures.ts';

/** What is stored, by the index of the command. */
function handlersOf(...outputs: readonly (string | undefined)[]): ReturnType<typeof createRunHandlers> {
  const transcriptOf = ({ commandIndex }: { readonly commandIndex: number }): Transcript | undefined => {
    const output = outputs[commandIndex];
    return output === undefined
      ? undefined
      : { scriptName: 'collect.ps1', exitCode: 0, output, errors: '', otherKeys: {} };
  };
  return createRunHandlers(transcriptOf, new SharedRecords());
}

const compared = (member: number, ...names: readonly string[]): ComparedRef => ({
  ref: ref({ commandIndex: member }),
  member,
  names,
});

suite('what the worker does for runs', () => {
  test('records are kept, the one that was changed last comes first', () => {
    const handlers = createRunHandlers(() => undefined, new SharedRecords());
    const [run] = findRuns([action()], TENANT);
    const [one, two] = ['running', 'ended'].map((state) => JSON.stringify({ run, state, failures: {} }));
    assert.ok(one !== undefined && two !== undefined);
    handlers.putRun('a', one, { keep: true });
    handlers.putRun('b', two, { keep: false });
    handlers.putRun('c', '{"run":5}', { keep: true });
    assert.deepEqual(handlers.runs(), [two, one], 'and what is no record of a run is left out');
  });

  test('results are added one after the other; what is not stored, or no result of a script, is not', () => {
    const handlers = handlersOf('a\n', 'a\n', undefined, 'a\nodd\n');
    const name = { id: 'one', rules: usualRules };
    assert.equal(handlers.comparison(name, 1), undefined, 'nothing was begun');
    const added = [0, 1, 2, 3].map((member) => handlers.compareResult(name, compared(member)));
    assert.deepEqual(added, [true, true, false, true]);
    const found = handlers.comparison(name, 1);
    assert.deepEqual(found?.groups, [{ members: [3] }, { members: [0, 1] }]);
    assert.deepEqual(
      found.rareLines.map(({ text }) => text),
      ['odd'],
    );
    assert.deepEqual(handlers.comparison(name, 0)?.rareLines, [], 'a line on one host is not on fewer than that');
  });

  test('a host is left out by its own names, and by the rules alone', () => {
    const handlers = handlersOf('host ws-1\n', 'host ws-2\n');
    const sizes = (id: string, host: boolean): number[] | undefined => {
      const name = { id, rules: { ...usualRules, host } };
      handlers.compareResult(name, compared(0, 'ws-1'));
      handlers.compareResult(name, compared(1, 'ws-2'));
      return handlers.comparison(name, 1)?.groups.map(({ members }) => members.length);
    };
    assert.deepEqual(sizes('without', true), [2]);
    assert.deepEqual(sizes('with', false), [1, 1]);
  });

  test('another comparison takes the place of the one before, which is told', () => {
    const handlers = handlersOf('a\n', 'b\n');
    const [one, two] = [
      { id: 'one', rules: usualRules },
      { id: 'two', rules: usualRules },
    ];
    handlers.compareResult(one, compared(0));
    handlers.compareResult(two, compared(1));
    assert.equal(handlers.comparison(one, 1), undefined);
    assert.deepEqual(handlers.comparison(two, 1)?.groups, [{ members: [1] }]);
    // Begun again, it holds nothing of its first time.
    handlers.compareResult(one, compared(1));
    assert.deepEqual(handlers.comparison(one, 1)?.groups, [{ members: [1] }]);
  });
});
