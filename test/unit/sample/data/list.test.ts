import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleScenarios, scenarioRef } from '../../../../src/sample/data/catalogue.ts';
import { huntingRun } from '../../../../src/sample/data/huntingRun.ts';
import { sortableTime } from '../../../../src/sample/api/odataLexer.ts';
import { createSampleTenant } from '../../../../src/sample/api/sampleTenant.ts';
import { formatTime } from '../../../../src/sample/base/time.ts';
import { ask, list, odata, startedAt, startTenant } from '../harness.ts';

const day = 24 * 3_600_000;
const keys = [
  ...[
    'id',
    'type',
    'title',
    'requestor',
    'requestorComment',
    'status',
    'machineId',
    'computerDnsName',
    'creationDateTimeUtc',
    'lastUpdateDateTimeUtc',
  ],
  ...[
    'cancellationRequestor',
    'cancellationComment',
    'cancellationDateTimeUtc',
    'errorHResult',
    'scope',
    'externalId',
    'requestSource',
  ],
  ...['relatedFileInfo', 'commands', 'troubleshootInfo'],
];
const names = Object.keys(sampleScenarios) as (keyof typeof sampleScenarios)[];

void suite('the sample tenant lists its actions', () => {
  void test('66 actions and the 200 of the hunting run, over 90 days', async () => {
    const { value } = await list(startTenant().tenant);
    assert.equal(value.length, 266);
    assert.equal(value.filter((action) => action.requestorComment === huntingRun.comment).length, 200);
    const ages = value.map((action) => (startedAt - Date.parse(action.creationDateTimeUtc)) / day);
    assert.ok(Math.max(...ages) > 85 && Math.max(...ages) < 90);
    assert.ok(Math.min(...ages) * 24 * 60 > 2, 'the newest is minutes older than the start');
  });

  void test('every status of actions and commands, every type, both sources, three kinds of requestor', async () => {
    const { value } = await list(startTenant().tenant);
    const seen = (read: (action: (typeof value)[number]) => readonly string[]): string[] =>
      [...new Set(value.flatMap(read))].sort();
    assert.deepEqual(
      seen((action) => [action.status]),
      ['Cancelled', 'Failed', 'InProgress', 'Pending', 'Succeeded', 'TimeOut'],
    );
    assert.deepEqual(
      seen((action) => action.commands.map(({ commandStatus }) => commandStatus)),
      ['Completed', 'Created', 'Executing', 'Failed', 'PendingResource', 'Submitted'],
    );
    assert.deepEqual(
      seen((action) => action.commands.map(({ command }) => command.type)),
      ['GetFile', 'PutFile', 'RunScript'],
    );
    assert.equal(seen((action) => [action.type]).length, 9);
    assert.deepEqual(
      seen((action) => [action.requestSource]),
      ['Portal', 'PublicApi'],
    );
    const requestors = seen((action) => [action.requestor]);
    assert.ok(
      requestors.some((name) => name.includes('@')) &&
        requestors.some((name) => /^[\da-f-]{36}$/u.test(name)) &&
        requestors.includes('SOAR-Playbooks'),
    );
  });

  void test('keys stand in the order of the wire', async () => {
    const { tenant } = startTenant();
    const { value } = await list(tenant);
    for (const action of value) {
      assert.deepEqual(Object.keys(action), keys);
      for (const command of action.commands) {
        assert.deepEqual(Object.keys(command), ['index', 'startTime', 'endTime', 'commandStatus', 'errors', 'command']);
      }
    }
    const single = JSON.parse((await ask(tenant, `/api/v1.0/machineactions/${value[0]?.id ?? ''}`)).body) as object;
    assert.deepEqual(Object.keys(single), ['@odata.context', ...keys]);
    assert.deepEqual({ ...single, '@odata.context': undefined }, { '@odata.context': undefined, ...value[0] });
  });

  void test('times have two to seven digits, trailing zeros trimmed, and none is in the future', async () => {
    const { value } = await list(startTenant().tenant);
    const times = value.flatMap((action) => [
      action.creationDateTimeUtc,
      action.lastUpdateDateTimeUtc,
      action.cancellationDateTimeUtc,
      ...action.commands.flatMap(({ startTime, endTime }) => [startTime, endTime]),
    ]);
    const lengths = new Set<number>();
    for (const time of times.filter((candidate) => candidate !== null)) {
      const [, digits = ''] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{1,6}[1-9])Z$/u.exec(time) ?? assert.fail(time);
      lengths.add(digits.length);
      assert.ok(Date.parse(time) <= startedAt, time);
    }
    assert.ok(lengths.has(7) && lengths.has(3) && lengths.has(2) && !lengths.has(1), [...lengths].join());
  });

  void test('any moment has two to seven digits, and later moments have later times', () => {
    let last = '';
    for (let moment = startedAt - 20_000; moment < startedAt; moment += 1) {
      const time = formatTime(moment);
      assert.match(time, /:\d\d\.\d{1,6}[1-9]Z$/u);
      assert.equal(Math.floor(Date.parse(time)), moment);
      assert.ok(sortableTime(time) > last);
      last = sortableTime(time);
    }
  });

  void test('ids are lower-case GUIDs, each once; machine ids 40 hex digits; one name has two machines', async () => {
    const { value } = await list(startTenant().tenant);
    assert.equal(new Set(value.map(({ id }) => id)).size, value.length);
    const machines = new Map<string, Set<string>>();
    for (const { id, machineId, computerDnsName } of value) {
      assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
      assert.match(machineId, /^[\da-f]{40}$/u);
      machines.set(computerDnsName, (machines.get(computerDnsName) ?? new Set()).add(machineId));
    }
    assert.deepEqual(
      [...machines].filter(([, ids]) => ids.size > 1).map(([name, ids]) => [name, ids.size]),
      [['lt-0533.fabrikam.example', 2]],
    );
    assert.ok(machines.has('..\\..\\evil'));
    assert.equal(machines.size, 217);
  });

  void test('error codes and cancellation are as documented', async () => {
    const { value } = await list(startTenant().tenant);
    for (const action of value) {
      assert.equal(action.errorHResult, { TimeOut: -2145844840, Cancelled: -2147467260 }[action.status] ?? 0);
      assert.equal(action.cancellationDateTimeUtc !== null, action.status === 'Cancelled');
      assert.equal(action.commands.length > 0, action.type === 'LiveResponse');
    }
    assert.ok(
      value.some(({ commands }) => commands.some(({ startTime, endTime }) => startTime === null && endTime !== null)),
    );
  });

  void test('the newest page has all ten outputs and is no monotony', async () => {
    const { tenant } = startTenant();
    const page = odata({ $orderby: 'creationDateTimeUtc desc', $top: '50' });
    const { value } = await list(tenant, page);
    const ids = value.map(({ id }) => id);
    for (const name of names.slice(0, 12)) {
      const position = ids.indexOf(scenarioRef(name).actionId);
      assert.ok(position >= 0 && position < 20, `${name} is number ${String(position)}`);
    }
    assert.equal(ids[0], scenarioRef('liveRun').actionId);
    assert.ok(new Set(value.slice(0, 12).map((action) => action.computerDnsName)).size >= 9);
    assert.ok(new Set(value.slice(0, 12).map((action) => action.status)).size >= 3);
  });

  void test('every scenario is where the catalogue says', async () => {
    const { value } = await list(startTenant().tenant);
    for (const name of names) {
      const { actionId, commandIndex } = scenarioRef(name);
      const command = value.find(({ id }) => id === actionId)?.commands.find(({ index }) => index === commandIndex);
      assert.ok(command, name);
      const script = command.command.params.find(({ key }) => key === 'ScriptName')?.value ?? '';
      assert.equal(script, sampleScenarios[name].scriptName);
    }
  });

  void test('two tenants of one start are equal; another start moves times and keeps ids', async () => {
    const [first, second] = await Promise.all([list(startTenant().tenant), list(startTenant().tenant)]);
    assert.deepEqual(first, second);
    const later = createSampleTenant({ startedAt: startedAt + day, now: () => startedAt + day, mintLink: () => '' });
    const { value } = await list(later);
    assert.deepEqual(
      value.map(({ id }) => id),
      first.value.map(({ id }) => id),
    );
    const moved = value.map(
      (action, position) =>
        Date.parse(action.creationDateTimeUtc) - Date.parse(first.value[position]?.creationDateTimeUtc ?? ''),
    );
    assert.deepEqual([...new Set(moved)], [day]);
  });
});
