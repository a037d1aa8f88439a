import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readAction, readActionPage, readLink, readServerFault } from '../../../src/defender/schema.ts';
import { failure } from './expected.ts';

const COMMAND = {
  index: 0,
  startTime: null,
  endTime: '2026-11-23T21:04:04.12Z',
  commandStatus: 'Failed',
  errors: ['no'],
  command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'a.ps1' }] },
};
const ACTION = {
  id: '988CC94E-7A8F-4B28-AB65-54970C5D5018',
  type: 'LiveResponse',
  title: null,
  requestor: 'anna@contoso.com',
  requestorComment: 'why',
  status: 'Succeeded',
  machineId: 'ab12'.repeat(10),
  computerDnsName: 'dc1',
  creationDateTimeUtc: '2026-11-23T21:02:00.1234567Z',
  lastUpdateDateTimeUtc: '2026-11-23T21:04:41.12Z',
  cancellationRequestor: null,
  cancellationComment: null,
  cancellationDateTimeUtc: null,
  errorHResult: -2145844840,
  scope: null,
  externalId: null,
  requestSource: 'PublicApi',
  relatedFileInfo: null,
  commands: [COMMAND],
  troubleshootInfo: null,
};

suite('reading a machine action', () => {
  test('what the API prints is read, the id in lower case and the times verbatim', () => {
    const action = readAction({ '@odata.context': 'https://api-us.securitycenter…', ...ACTION });
    assert.equal(action.id, '988cc94e-7a8f-4b28-ab65-54970c5d5018');
    assert.equal(action.creationDateTimeUtc, '2026-11-23T21:02:00.1234567Z');
    assert.equal(action.errorHResult, -2145844840);
    assert.deepEqual(action.commands, [COMMAND]);
  });

  test('values that this version does not know are kept', () => {
    const action = readAction({
      ...ACTION,
      type: 'RestartDevice',
      status: 'Paused',
      requestSource: 'Robot',
      commands: [{ ...COMMAND, commandStatus: 'Waiting', command: { type: 'KillProcess', params: [] } }],
    });
    assert.deepEqual([action.type, action.status, action.requestSource], ['RestartDevice', 'Paused', 'Robot']);
    assert.equal(action.commands[0]?.commandStatus, 'Waiting');
    assert.equal(action.commands[0].command.type, 'KillProcess');
  });

  test('keys that this version does not know do no harm', () => {
    const action = readAction({ ...ACTION, newKey: { a: [1] }, commands: [{ ...COMMAND, newKey: 1 }] });
    assert.equal('newKey' in action, false);
    assert.deepEqual(action.commands, [COMMAND]);
  });

  test('what may be missing or null is so in a plain way', () => {
    const action = readAction({
      id: 'a',
      type: 'Isolate',
      creationDateTimeUtc: '2026-11-23T21:02:00Z',
      commands: null,
    });
    assert.deepEqual([action.commands, action.status, action.requestor, action.errorHResult], [[], '', null, 0]);
    const bare = readAction({ ...ACTION, commands: [{ index: 3, command: { type: 'GetFile' } }] });
    assert.equal(bare.commands[0]?.commandStatus, '');
  });

  test("the documentation's other name for the time of the last update is read as well", () => {
    const { lastUpdateDateTimeUtc: time, ...rest } = ACTION;
    assert.equal(readAction({ ...rest, lastUpdateTimeUtc: time }).lastUpdateDateTimeUtc, time);
    assert.equal(readAction(ACTION).lastUpdateDateTimeUtc, time);
  });

  for (const [what, change, ...odd] of [
    ['no time of creation', { creationDateTimeUtc: null }, 'creationDateTimeUtc'],
    ['commands that are no list', { commands: {} }, 'commands'],
    ['a negative index', { commands: [COMMAND, { ...COMMAND, index: -1 }] }, 'commands.1.index', 'commands.1'],
    ['an index that is no whole number', { commands: [{ ...COMMAND, index: 0.5 }] }, 'commands.0.index', 'commands.0'],
    [
      'a parameter that is no text',
      { commands: [{ ...COMMAND, command: { type: 'RunScript', params: [{ key: 'Args', value: 1 }] } }] },
      'commands.0.command.params.0.value',
    ],
  ] as const) {
    test(`${what}: the field is named, and the row is read`, () => {
      const action = readAction({ ...ACTION, ...change });
      assert.deepEqual(action.odd, odd);
      assert.equal(action.requestorComment, 'why');
    });
  }

  for (const [what, body, path] of [
    ['no object', 'text', '(top)'],
    ['nothing', undefined, '(top)'],
    ['an id that is no text', { ...ACTION, id: 7 }, 'id'],
  ] as const) {
    test(`${what}: the wrong shape is refused and its place named`, () => {
      assert.throws(() => readAction(body), failure('unexpectedAnswer', { path }));
    });
  }
});

suite('reading a page of actions', () => {
  test('it gives the actions, how many there are, and the way on', () => {
    const page = readActionPage({ '@odata.count': 60, '@odata.nextLink': 'https://x/next', value: [ACTION, ACTION] });
    assert.equal(page.actions.length, 2);
    assert.equal(page.total, 60);
    assert.equal(page.nextLink, 'https://x/next');
    assert.deepEqual(readActionPage({ value: [] }), { actions: [], total: undefined, nextLink: undefined });
  });

  test('an odd action spoils no other, one without an id is left out, and an answer without rows is refused', () => {
    const nameless = { ...ACTION, id: undefined };
    const page = readActionPage({ value: [nameless, ACTION, { ...ACTION, type: null }, null] });
    assert.deepEqual(
      page.actions.map(({ odd }) => odd),
      [undefined, ['type']],
    );
    assert.deepEqual(page.leftOut, [0, 3]);
    assert.throws(() => readActionPage({ notJson: true }), failure('unexpectedAnswer', { path: 'value' }));
  });
});

suite('reading a link', () => {
  test('the link is the value', () => {
    assert.equal(readLink({ '@odata.context': 'x', value: 'https://x' }), 'https://x');
  });

  test('an empty or missing link is refused', () => {
    for (const body of [{ value: '' }, { value: null }, {}]) {
      assert.throws(() => readLink(body), failure('unexpectedAnswer', { path: 'value' }));
    }
  });
});

suite('reading a refusal', () => {
  test('it has a code, words and a correlation id', () => {
    const body = { error: { code: 'Forbidden', message: 'no', target: 'abc', more: 1 } };
    assert.deepEqual(readServerFault(body), { code: 'Forbidden', message: 'no', correlationId: 'abc' });
  });

  test('parts may be missing', () => {
    assert.deepEqual(readServerFault({ error: { target: null } }), { code: '', message: '', correlationId: undefined });
  });

  test('another body is none', () => {
    for (const body of [undefined, null, '', { notJson: true }, { error: 'no' }, { error: { code: 5 } }]) {
      assert.equal(readServerFault(body), undefined);
    }
  });
});
