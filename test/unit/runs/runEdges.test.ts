import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { orderFilter, readRunFilter, renewFilterRun } from '../../../src/runs/filterRun.ts';
import { keep, thrown } from '../../../src/runs/runFailures.ts';
import { loadHosts, mayLackHosts, mergeRuns, oldestOpen, overlaps, renewHosts } from '../../../src/runs/runHosts.ts';
import { findRuns, renewRun, runOf, spanOf, timesOf } from '../../../src/runs/runs.ts';
import type { Run } from '../../../src/model/run.ts';
import { action, command, TENANT } from '../results/fixtures.ts';

const signal = new AbortController().signal;
const asking = { signal, priority: 'background' } as const;

function runOfActions(...actions: readonly ReturnType<typeof action>[]): Run {
  const [found] = findRuns(actions, TENANT);
  assert.ok(found !== undefined);
  return found;
}

const NONE: Run = { key: 'none', words: { script: '', args: '', comment: '' }, tenant: TENANT, members: [] };

suite('a run whose server says little', () => {
  test('actions without a readable time are one run, by their ids, and their time is 1970', () => {
    const run = runOfActions(
      action({ id: 'b', creationDateTimeUtc: 'never' }),
      action({ id: 'a', creationDateTimeUtc: '' }),
    );
    assert.deepEqual(
      run.members.map(({ actionId }) => actionId),
      ['a', 'b'],
    );
    assert.deepEqual(timesOf(run), { first: 0, last: 0 });
    assert.equal(spanOf(run).from, '1969-12-31T23:30:00.000Z');
    assert.equal(mayLackHosts({ actions: [], wholeSince: undefined, loadSpan: () => Promise.resolve() }, run), true);
  });

  test('actions without arguments and comment, and with commands without errors', () => {
    const run = runOfActions(action({ requestorComment: null, commands: [command({ errors: null as never })] }));
    assert.deepEqual(run.words, { script: 'collect.ps1', args: '', comment: '' });
    assert.deepEqual(run.members[0]?.commandErrors, []);
  });

  test('a run without members is no run of any action, and joins another one as nothing', () => {
    const run = runOfActions(action());
    assert.equal(runOf([NONE], action().id), undefined);
    assert.deepEqual(timesOf(NONE), { first: 0, last: 0 });
    assert.equal(overlaps(NONE, run), false);
    assert.deepEqual(mergeRuns(run, NONE).members, run.members);
  });

  test('a run without members finds no host, and takes none of another run', async () => {
    const actions = [action()];
    const list = { actions, wholeSince: undefined, loadSpan: () => Promise.resolve() };
    assert.equal(await loadHosts(list, NONE, signal), NONE);
    const session = {
      known: () => actions[0],
      fetchChanges: () => Promise.resolve({ actions, extent: 'whole' as const }),
      fetchCreated: () => Promise.resolve([]),
    };
    assert.deepEqual((await renewHosts(session, NONE, undefined, asking)).members, []);
  });

  test('runs by filter are only themselves', () => {
    const run = runOfActions(action());
    const filter = { script: 'collect', since: 0, grows: true };
    assert.equal(overlaps({ ...run, filter }, { ...run, filter, key: 'x' }), false);
    assert.equal(overlaps({ ...run, filter }, run), true);
  });

  test('a host that is loaded no more ends the search, and what is known stays', async () => {
    const run = runOfActions(action());
    let loads = 0;
    const list = {
      actions: [],
      wholeSince: undefined,
      loadSpan: () => {
        loads++;
        return Promise.resolve();
      },
    };
    assert.equal(await loadHosts(list, run, signal), run);
    assert.equal(loads, 1);
  });
});

suite('asking about the hosts of a run', () => {
  const open = action({ id: 'open', status: 'Pending', commands: [command({ commandStatus: 'Created' })] });
  const session = (extent: 'whole' | 'created', ...changed: readonly ReturnType<typeof action>[]) => ({
    known: (id: string) => [open, ...changed].find((one) => one.id === id),
    fetchChanges: () => Promise.resolve({ actions: changed, extent }),
    fetchCreated: () => Promise.resolve([action({ id: 'joined' })]),
  });

  test('a server that lists changes costs one question; another one is asked by creation, too', async () => {
    const run = runOfActions(open);
    const ended = { ...open, status: 'Succeeded', commands: [command()] };
    const whole = await renewHosts({ ...session('whole', ended), known: () => ended }, run, undefined, asking);
    assert.deepEqual(
      whole.members.map(({ actionId, result }) => [actionId, result]),
      [['open', 'transcript']],
    );
    const wider = await renewHosts(session('created'), run, Date.now(), asking);
    assert.deepEqual(
      wider.members.map(({ actionId }) => actionId),
      ['joined', 'open'],
    );
    assert.equal(wider.key, run.key);
  });

  test('actions that the session has forgotten stay as they were', async () => {
    const run = runOfActions(open);
    const forgetful = { ...session('whole'), known: () => undefined };
    assert.deepEqual((await renewHosts(forgetful, run, undefined, asking)).members, run.members);
    const lacking = renewRun(run, () => ({ ...open, commands: [] }));
    assert.deepEqual(lacking.members, run.members);
  });

  test('the oldest open command is that of the server, of the list, or now', () => {
    const run = runOfActions(open);
    assert.equal(oldestOpen({ known: () => open }, run), Date.parse('2026-11-23T21:04:41.12Z'));
    assert.equal(oldestOpen({ known: () => undefined }, run), Date.parse('2026-11-23T21:02:00.123Z'));
    const timeless = { members: run.members.map((member) => ({ ...member, createdAt: 'never' })) };
    assert.equal(oldestOpen({ known: () => undefined }, timeless), 0);
    const before = Date.now();
    assert.ok(oldestOpen({ known: () => undefined }, runOfActions(action())) >= before);
  });
});

suite('the filter of an order', () => {
  const own = { since: 5, grows: true };

  test('keeps the conditions that do not change; without any there is no order', () => {
    const all = {
      device: { name: 'dc1' },
      script: 'collect',
      requestor: { name: 'anna', isWhole: false },
      comment: 'why',
      span: { hours: 1 },
    };
    assert.deepEqual(orderFilter({ ...all, exitCode: 1, statuses: ['Failed'] }, own), { ...all, ...own });
    for (const key of ['device', 'script', 'requestor', 'comment'] as const)
      assert.deepEqual(orderFilter({ [key]: all[key] }, own), { [key]: all[key], ...own });
    assert.equal(orderFilter({ span: { hours: 1 }, exitCode: 1 }, own), undefined);
  });

  test('a stored one that says nothing valid lets nothing join', () => {
    assert.deepEqual(readRunFilter({ ...own, script: 5 as never }, 3), { since: 3, grows: false });
    assert.deepEqual(readRunFilter({ ...own, since: 99, script: 'a' }, 3), { since: 3, grows: true, script: 'a' });
  });

  test('a run that does not grow is renewed only', async () => {
    const run = runOfActions(action());
    const filtered = { ...run, filter: { since: 0, grows: false, script: 'collect' } };
    const session = {
      known: () => undefined,
      fetchChanges: () => Promise.resolve({ actions: [action({ id: 'more' })], extent: 'tooMany' as const }),
      fetchCreated: () => Promise.resolve([action({ id: 'created' })]),
    };
    const renewed = await renewFilterRun(session, filtered, undefined, asking);
    assert.deepEqual(renewed.members, run.members);
    const grown = await renewFilterRun(
      session,
      { ...filtered, filter: { ...filtered.filter, grows: true } },
      5,
      asking,
    );
    assert.deepEqual(grown.members.map(({ actionId }) => actionId).sort(), [action().id, 'created', 'more'].sort());
  });
});

suite('failures of a run', () => {
  test('are kept with their code and values, and thrown as they were; what is not ours has a code, too', () => {
    const failure = keep(new LiveResponseError('tooLarge', { limit: 5 }), 7);
    assert.deepEqual(failure, { code: 'tooLarge', values: { limit: 5 }, at: 7 });
    const again = thrown(failure);
    assert.deepEqual([again.code, again.values], ['tooLarge', { limit: 5 }]);
    assert.deepEqual(keep(new TypeError('x'), 7), { code: 'unexpectedAnswer', values: {}, at: 7 });
  });
});
