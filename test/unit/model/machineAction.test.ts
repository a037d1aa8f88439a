import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  deviceOf,
  hostOf,
  findCommand,
  isFinished,
  parameterOf,
  resultOf,
  runScripts,
  subjectOf,
} from '../../../src/model/machineAction.ts';
import type { CommandResult } from '../../../src/model/machineAction.ts';
import { action, command } from '../results/fixtures.ts';

suite('what a command leaves behind', () => {
  const cases: readonly (readonly [type: string, state: string, action: string, expected: CommandResult])[] = [
    ['RunScript', 'Completed', 'Succeeded', 'transcript'],
    ['RunScript', 'Completed', 'InProgress', 'transcript'],
    ['RunScript', 'Completed', 'Cancelled', 'transcript'],
    ['RunScript', 'Failed', 'Failed', 'transcript'],
    ['RunScript', 'Created', 'InProgress', 'notYet'],
    ['RunScript', 'Submitted', 'Pending', 'notYet'],
    ['RunScript', 'PendingResource', 'Pending', 'notYet'],
    ['RunScript', 'Executing', 'InProgress', 'notYet'],
    ['RunScript', 'Waiting', 'InProgress', 'notYet'],
    ['RunScript', 'Executing', 'Paused', 'notYet'],
    ['RunScript', 'Created', 'Failed', 'never'],
    ['RunScript', 'Created', 'TimeOut', 'never'],
    ['RunScript', 'Executing', 'Cancelled', 'never'],
    ['GetFile', 'Completed', 'Succeeded', 'file'],
    ['GetFile', 'Executing', 'InProgress', 'notYet'],
    ['PutFile', 'Completed', 'Succeeded', 'none'],
    ['PutFile', 'Failed', 'Failed', 'none'],
    ['PutFile', 'Created', 'InProgress', 'none'],
  ];
  for (const [type, state, status, expected] of cases) {
    test(`a ${type} that is ${state} in an action that is ${status}: ${expected}`, () => {
      const one = command({ commandStatus: state, command: { type, params: [] } });
      assert.equal(resultOf(action({ status, commands: [one] }), one), expected);
    });
  }

  test('an action is finished in four states, and in none that is unknown', () => {
    for (const status of ['Succeeded', 'Failed', 'TimeOut', 'Cancelled'])
      assert.equal(isFinished(action({ status })), true);
    for (const status of ['Pending', 'InProgress', 'succeeded', 'Paused', '']) {
      assert.equal(isFinished(action({ status })), false, status);
    }
  });
});

suite('the commands of an action', () => {
  test('a command is found by its index and never by its position', () => {
    const commands = [command({ index: 2 }), command({ index: 0 }), command({ index: 5 })];
    assert.equal(findCommand(action({ commands }), 0), commands[1]);
    assert.equal(findCommand(action({ commands }), 1), undefined);
  });

  test('scripts come in the order of their indexes, and the action keeps its own', () => {
    const put = command({ index: 1, command: { type: 'PutFile', params: [] } });
    const commands = [command({ index: 10 }), put, command({ index: 2 })];
    const whole = action({ commands });
    assert.deepEqual(
      runScripts(whole).map(({ index }) => index),
      [2, 10],
    );
    assert.deepEqual(whole.commands, commands);
  });

  test('a parameter is found by its exact key', () => {
    const params = [
      { key: 'scriptname', value: 'no' },
      { key: 'ScriptName', value: 'a.ps1' },
      { key: 'Args', value: null },
    ];
    const one = command({ command: { type: 'RunScript', params } });
    assert.equal(parameterOf(one, 'ScriptName'), 'a.ps1');
    assert.equal(parameterOf(one, 'Args'), undefined);
    assert.equal(parameterOf(command({ command: { type: 'RunScript', params: null } }), 'ScriptName'), undefined);
  });

  test('a command is about its script, its file or its path, else its type', () => {
    const about = (type: string, key: string): string =>
      subjectOf(command({ command: { type, params: [{ key, value: 'x' }] } }));
    assert.deepEqual(
      [about('RunScript', 'ScriptName'), about('PutFile', 'FileName'), about('GetFile', 'Path'), about('New', 'Other')],
      ['x', 'x', 'x', 'New'],
    );
  });

  test('a device is named, else shown by its id, else by a dash', () => {
    assert.equal(deviceOf(action()), 'dc1');
    assert.equal(deviceOf(action({ computerDnsName: null })), action().machineId);
    assert.equal(hostOf(action({ computerDnsName: null })), 'ab12ab12');
    assert.equal(hostOf(action({ computerDnsName: 'dc1.fabrikam.example' })), 'dc1');
    for (const whole of ['10.0.0.7', '..\\..\\evil', 'dc1', 'a b.c']) {
      assert.equal(hostOf(action({ computerDnsName: whole })), whole);
    }
    assert.equal(deviceOf(action({ computerDnsName: null, machineId: null })), '–');
  });
});
