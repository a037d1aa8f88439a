import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { OddRows } from '../../src/defender/client.ts';
import { readAction, readActionPage } from '../../src/defender/schema.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import { ActionStore } from '../../src/actions/actionStore.ts';
import { resultOf, subjectOf } from '../../src/model/machineAction.ts';
import { answer, failure, patience } from '../unit/defender/expected.ts';
import { SimulatedClock } from '../unit/defender/simulatedClock.ts';

type Json = Record<string, unknown>;

const TIME = '2026-11-23T21:02:00.1234567Z';

/** Returns a row in the API's own form, with every key that the product reads. */
function row(number: number): Json {
  const digits = number.toString(16).padStart(12, '0');
  return {
    id: `988cc94e-7a8f-4b28-ab65-${digits}`,
    type: 'LiveResponse',
    requestor: 'anna@contoso.com',
    requestorComment: 'why',
    status: 'Cancelled',
    machineId: 'ab12'.repeat(10),
    computerDnsName: 'dc1',
    creationDateTimeUtc: TIME,
    lastUpdateDateTimeUtc: '2026-11-23T21:04:41.12Z',
    cancellationRequestor: 'bert@contoso.com',
    cancellationComment: 'enough',
    cancellationDateTimeUtc: '2026-11-23T21:04:40.12Z',
    errorHResult: -2147467260,
    requestSource: 'PublicApi',
    commands: [
      {
        index: 0,
        startTime: '2026-11-23T21:04:01.12Z',
        endTime: '2026-11-23T21:04:04.12Z',
        commandStatus: 'Completed',
        errors: ['one', 'two'],
        command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'a.ps1' }] },
      },
      { index: 1, startTime: null, endTime: null, commandStatus: 'Created', errors: [], command: { type: 'GetFile' } },
    ],
  };
}

/** Paths of all values of a row except its id. */
const PLACES = [
  'type',
  'requestor',
  'requestorComment',
  'status',
  'machineId',
  'computerDnsName',
  'creationDateTimeUtc',
  'lastUpdateDateTimeUtc',
  'cancellationRequestor',
  'cancellationComment',
  'cancellationDateTimeUtc',
  'errorHResult',
  'requestSource',
  'commands',
  'commands.0',
  'commands.0.index',
  'commands.0.startTime',
  'commands.0.endTime',
  'commands.0.commandStatus',
  'commands.0.errors',
  'commands.0.errors.0',
  'commands.0.command',
  'commands.0.command.type',
  'commands.0.command.params',
  'commands.0.command.params.0',
  'commands.0.command.params.0.key',
  'commands.0.command.params.0.value',
] as const;

const MISSING = Symbol('missing');
const OTHER_CASE = Symbol('other case of the key');
const VALUES: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['an empty text', ''],
  ['a number as text', '5'],
  ['a number', 5],
  ['an object', { a: 1 }],
  ['missing', MISSING],
  ['other case of the key', OTHER_CASE],
];
/** Paths where the value is ordinary, or where the documentation allows it. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  null: [
    ...['requestor', 'requestorComment', 'machineId', 'computerDnsName', 'lastUpdateDateTimeUtc'],
    ...['cancellationRequestor', 'cancellationComment', 'cancellationDateTimeUtc', 'errorHResult', 'requestSource'],
    ...['commands', 'commands.0.startTime', 'commands.0.endTime', 'commands.0.errors'],
    ...['commands.0.command.params', 'commands.0.command.params.0.value'],
  ],
  'an empty text': [
    ...['requestor', 'requestorComment', 'cancellationRequestor', 'cancellationComment', 'requestSource'],
    ...['commands.0.errors.0', 'commands.0.command.params.0.value'],
  ],
  'a number as text': [
    ...['type', 'requestor', 'requestorComment', 'status', 'machineId', 'computerDnsName'],
    ...['cancellationRequestor', 'cancellationComment', 'requestSource', 'commands.0.commandStatus'],
    ...['commands.0.errors.0', 'commands.0.command.type'],
    ...['commands.0.command.params.0.key', 'commands.0.command.params.0.value'],
  ],
  'a number': ['errorHResult', 'commands.0.index'],
  'an object': [],
  missing: [
    ...['requestor', 'requestorComment', 'machineId', 'computerDnsName', 'lastUpdateDateTimeUtc'],
    ...['cancellationRequestor', 'cancellationComment', 'cancellationDateTimeUtc', 'errorHResult', 'requestSource'],
    ...['commands', 'commands.0', 'commands.0.startTime', 'commands.0.endTime', 'commands.0.errors'],
    ...['commands.0.errors.0', 'commands.0.command.params', 'commands.0.command.params.0'],
    'commands.0.command.params.0.value',
  ],
  // An element of a list has no key.
  'other case of the key': ['commands.0', 'commands.0.errors.0', 'commands.0.command.params.0'],
};

/** Returns the row with another value at a path. */
function change(whole: Json, place: string, value: unknown): Json {
  const copy = structuredClone(whole);
  const steps = place.split('.');
  const last = steps.pop() ?? '';
  let at: unknown = copy;
  for (const step of steps) at = (at as Json)[step];
  const holder = at as Json;
  if (Array.isArray(at)) {
    if (value === MISSING) at.splice(Number(last), 1);
    else if (value !== OTHER_CASE) at[Number(last)] = value;
  } else if (value === OTHER_CASE) {
    const kept = holder[last];
    Reflect.deleteProperty(holder, last);
    holder[last === 'type' ? 'TYPE' : `${last.slice(0, 1).toUpperCase()}${last.slice(1)}`] = kept;
  } else if (value === MISSING) {
    Reflect.deleteProperty(holder, last);
  } else {
    holder[last] = value;
  }
  return copy;
}

/** Returns all values of an action by path, without the note of odd values. */
function leaves(value: unknown, path = ''): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  const inner = Object.entries(value).filter(([key]) => key !== 'odd');
  return new Map(inner.flatMap(([key, one]) => [...leaves(one, path === '' ? key : `${path}.${key}`)]));
}

suite('P5: one odd value spoils one field of one row', () => {
  const good = Array.from({ length: 49 }, (_, number) => row(number));
  const expected = readActionPage({ value: good }).actions;

  for (const place of PLACES) {
    for (const [what, value] of VALUES) {
      test(`${place}: ${what}`, () => {
        const odd = change(row(49), place, value);
        const { actions, leftOut } = readActionPage({ value: [...good.slice(0, 20), odd, ...good.slice(20)] });
        assert.equal(leftOut, undefined);
        assert.equal(actions.length, 50);
        assert.deepEqual([...actions.slice(0, 20), ...actions.slice(21)], expected, 'another row has changed');
        const found = actions[20];
        assert.ok(found !== undefined);
        const whole = leaves(readAction(row(49)));
        const list = /^(?:commands|commands\.0(?:\.errors|\.command\.params)?)(?:\.0)?$/u.exec(place)?.[0];
        for (const [key, one] of leaves(found)) {
          // When an element of a list is left out, the later ones move up.
          if (!key.startsWith(list === undefined ? place : list.replace(/\.0$/u, '')) && place !== 'commands.0.index')
            if (!place.endsWith('params.0.key')) assert.deepEqual(one, whole.get(key), key);
        }
        const isPlain = PLAIN[what]?.includes(place) ?? false;
        if (isPlain) assert.equal(found.odd, undefined);
        else
          assert.ok(
            found.odd?.some((name) => name.startsWith(place)),
            `the row says ${String(found.odd)}`,
          );
        assertUsable(found);
      });
    }
  }

  test('a key in another case is read all the same', () => {
    for (const place of PLACES) {
      const read = readAction(change(row(1), place, OTHER_CASE));
      assert.deepEqual({ ...read, odd: 'not compared' }, { ...readAction(row(1)), odd: 'not compared' }, place);
    }
  });

  test('an index that is written as a text keeps its command', () => {
    const { commands, odd } = readAction(change(row(1), 'commands.0.index', '7'));
    assert.deepEqual(
      commands.map(({ index }) => index),
      [7, 1],
    );
    assert.deepEqual(odd, ['commands.0.index']);
  });

  test('a command whose state did not come, in a session that has ended, can be asked for', () => {
    const action = readAction(change(row(1), 'commands.0.commandStatus', null));
    const [command] = action.commands;
    assert.ok(command !== undefined);
    assert.equal(resultOf(action, command), 'transcript');
  });

  test('names of odd fields are bounded, and none is the server’s own text', () => {
    const commands = Array.from({ length: 5000 }, () => ({ '<script>': 1 }));
    const { odd = [] } = readAction({ ...row(1), commands });
    assert.ok(odd.length > 0 && odd.length <= 20);
    assert.ok(odd.every((name) => /^[\w.]+$/u.test(name)));
  });
});

/** Asserts that the product can use any row of the list. */
function assertUsable(action: MachineAction): void {
  for (const command of action.commands) {
    assert.equal(typeof resultOf(action, command), 'string');
    assert.ok(subjectOf(command) !== '');
  }
  for (const text of [action.type, action.status, action.creationDateTimeUtc]) assert.equal(typeof text, 'string');
  assert.notEqual(action.machineId, '');
  assert.notEqual(action.computerDnsName, '');
}

interface Scene {
  readonly store: ActionStore;
  readonly client: ReturnType<typeof createDefenderClient>;
  readonly reports: OddRows[];
}

function scene(body: unknown): Scene {
  const reports: OddRows[] = [];
  const send = (): Promise<ReturnType<typeof answer>> => Promise.resolve(answer(200, JSON.stringify(body)));
  const client = createDefenderClient({
    apiUrl: 'https://api.security.microsoft.com',
    getAccessToken: () => Promise.resolve('token'),
    transport: { api: send, download: send },
    clock: new SimulatedClock(),
    onOddRows: (rows) => reports.push(rows),
  });
  return { client, reports, store: new ActionStore(() => Promise.resolve(client), true) };
}

suite('P5: rows in the list', () => {
  test('a row without a usable id is left out and counted, and the log is told', async () => {
    const ids = [null, '', ' ', 7, {}, undefined];
    const nameless = ids.map((id, at) => ({ ...row(at), id }));
    const odd = change(row(9), 'commands.0.commandStatus', null);
    const { store, client, reports } = scene({ value: [nameless[0], odd, ...nameless.slice(1), row(8), 'row', null] });
    await store.ensureLoaded(patience());
    assert.deepEqual(
      store.actions.map(({ id }) => id),
      [row(8)['id'], row(9)['id']],
    );
    assert.deepEqual(reports, [{ leftOut: 8, odd: 1, fields: ['commands.0.commandStatus'] }]);
    const [good, bad] = store.actions;
    assert.ok(good !== undefined && bad !== undefined);
    // The received texts belong to their own rows, not to a neighbor.
    assert.deepEqual(JSON.parse(client.receivedAction(good)?.text ?? ''), row(8));
    assert.deepEqual(JSON.parse(client.receivedAction(bad)?.text ?? ''), odd);
  });

  test('good rows report nothing', async () => {
    const { store, reports } = scene({ value: [row(1)] });
    await store.ensureLoaded(patience());
    assert.deepEqual(reports, []);
    assert.equal(Object.hasOwn(store.actions[0] ?? {}, 'odd'), false);
  });

  for (const place of ['type', 'creationDateTimeUtc', 'lastUpdateDateTimeUtc', 'status'] as const) {
    test(`a row without ${place} is listed, and renewed by what comes later`, async () => {
      const body = { value: [{ ...row(1), [place]: null }, row(2)] };
      const { store } = scene(body);
      await store.ensureLoaded(patience());
      assert.equal(store.actions.length, 2);
      body.value = [{ ...row(1), [place]: null, requestorComment: 'later' }, row(2)];
      await store.refresh(patience());
      assert.equal(store.get(String(row(1)['id']))?.requestorComment, 'later');
    });
  }

  test('a row whose creation did not come says nothing about how far back the list is loaded', async () => {
    const value = Array.from({ length: 50 }, (_, at) => row(at));
    const { store } = scene({ value: [{ ...row(50), creationDateTimeUtc: 5 }, ...value.slice(1)] });
    await store.ensureLoaded(patience());
    assert.equal(store.wholeSince, Date.parse(TIME));
  });

  test('what another window wrote of an odd row is odd here too', () => {
    const { client } = scene({});
    const odd = readAction(change(row(1), 'requestor', 5));
    assert.deepEqual(client.readFound(JSON.stringify(odd), undefined), odd);
    assert.equal(client.readFound(JSON.stringify({ ...row(1), odd: ['<b>'] }), undefined)?.odd, undefined);
  });
});

suite('null where OData allows it', () => {
  for (const [what, more] of [
    ['next link and count are null', { '@odata.nextLink': null, '@odata.count': null }],
    ['they are not there', {}],
    ['they are something else', { '@odata.nextLink': { a: 1 }, '@odata.count': '5' }],
    ['the next link is empty', { '@odata.nextLink': '', '@odata.count': {} }],
  ] as const) {
    test(`${what}: the page is read, and it is the last`, async () => {
      const { store } = scene({ ...more, value: [row(1)] });
      await store.ensureLoaded(patience());
      assert.equal(store.actions.length, 1);
      assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
    });
  }

  for (const body of [{}, { value: null }, { value: {} }, { '@odata.count': 0 }]) {
    test(`${JSON.stringify(body)}: an answer without a list of rows is refused by its name`, async () => {
      const { store } = scene(body);
      await assert.rejects(store.ensureLoaded(patience()), failure('unexpectedAnswer', { path: 'value' }));
    });
  }
});
