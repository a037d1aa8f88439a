import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { explainEmptiness } from '../../../src/results/emptiness.ts';
import { findSiblings } from '../../../src/results/siblings.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { action, command, received, resultFile } from './fixtures.ts';

const RUNNER = 'Transcript started, output file is C:\\ProgramData\\x.txt';

function reasonOf(output: string, stream: 'output' | 'errors' = 'output'): string {
  const facts = createHandlers().put(received(), resultFile(output));
  return explainEmptiness(action(), 0, facts, stream, stream === 'output' ? output : '');
}

suite('why there is nothing to read', () => {
  test('of what was fetched', () => {
    assert.equal(reasonOf(''), 'none');
    assert.equal(reasonOf('x', 'errors'), 'none');
    assert.equal(reasonOf('\0\0\0'), 'nulsOnly');
    assert.equal(reasonOf(`${RUNNER}\n\0`), 'transcriptLineOnly');
    assert.equal(reasonOf(`${RUNNER}\nx`), 'notEmpty');
    assert.equal(reasonOf(' '), 'notEmpty');
    const facts = createHandlers().put(received(), Buffer.from('<html>'));
    assert.equal(explainEmptiness(action(), 0, facts, 'output', undefined), 'notAResult');
    assert.equal(explainEmptiness(action(), 0, facts, 'raw', '<html>'), 'notEmpty');
  });

  test('of what was not fetched, by type and state of the command', () => {
    const reason = (change: Parameters<typeof command>[0], status = 'Succeeded'): string =>
      explainEmptiness(action({ status, commands: [command(change)] }), 0, undefined, 'output', undefined);
    assert.equal(reason({}), 'notFetched');
    assert.equal(reason({ command: { type: 'PutFile', params: [] } }), 'putFile');
    assert.equal(reason({ command: { type: 'GetFile', params: [] } }), 'file');
    assert.equal(reason({ commandStatus: 'Created' }), 'neverRan');
    assert.equal(reason({ commandStatus: 'Executing' }, 'InProgress'), 'notYet');
    assert.equal(explainEmptiness(undefined, 0, undefined, 'output', undefined), 'notFetched');
  });
});

suite('results to compare with', () => {
  const at = (id: string, machineId: string, hour: number, args?: string): StoredFacts['action'] =>
    action({
      id,
      machineId,
      creationDateTimeUtc: `2026-11-23T${hour}:00:00Z`,
      commands: [
        command({
          command: {
            type: 'RunScript',
            params: [
              { key: 'ScriptName', value: 'collect.ps1' },
              ...(args === undefined ? [] : [{ key: 'Args', value: args }]),
            ],
          },
        }),
      ],
    });
  const own = at('own', 'm1', 20);
  const ids = (where: 'otherHosts' | 'otherRuns', others: readonly StoredFacts['action'][]): string[] =>
    findSiblings({ action: own, commandIndex: 0 }, [own, ...others], where).map((one) => one.action.id);

  test('other hosts: the nearest in time first, the same arguments before others', () => {
    const others = [at('far', 'm2', 10), at('near', 'm3', 19), at('args', 'm4', 20, '-All'), at('run', 'm1', 19)];
    assert.deepEqual(ids('otherHosts', others), ['near', 'far', 'args']);
    assert.deepEqual(ids('otherRuns', others), ['run']);
  });

  test('a command that is no script, or that is not there, has no other result', () => {
    const none = command({ command: { type: 'GetFile', params: [{ key: 'Path', value: 'x' }] } });
    const of = action({ commands: [none] });
    const others = [action({ id: 'other', machineId: 'else' })];
    assert.deepEqual(findSiblings({ action: of, commandIndex: 0 }, others, 'otherHosts'), []);
    assert.deepEqual(findSiblings({ action: of, commandIndex: 9 }, others, 'otherHosts'), []);
  });

  test('neither other scripts nor commands that have no text', () => {
    const unfinished = { ...at('x', 'm2', 20), commands: [command({ commandStatus: 'Created' })] };
    const other = {
      ...at('y', 'm2', 20),
      commands: [command({ command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'y.ps1' }] } })],
    };
    assert.deepEqual(ids('otherHosts', [unfinished, other]), []);
  });
});
