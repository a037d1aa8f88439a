import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { FilterRun, Run, RunFilter } from '../../../src/model/run.ts';
import {
  createFilterRun,
  MOST_MEMBERS,
  orderFilter,
  readRunFilter,
  renewFilterRun,
} from '../../../src/runs/filterRun.ts';
import { overlaps } from '../../../src/runs/runHosts.ts';
import type { Asking, ChangesSource } from '../../../src/runs/runHosts.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import { parseRun } from '../../../src/worker/storedShapes.ts';
import { createDice, settle } from '../defender/simulatedClock.ts';
import { action, command, TENANT } from '../results/fixtures.ts';
import { HOUR, MINUTE, Shift } from './shift.ts';

const NOW = Date.parse('2026-11-22T20:00:00Z');
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const script = (name: string, index = 0) =>
  command({ index, command: { type: 'RunScript', params: [{ key: 'ScriptName', value: name }] } });

function filterRun(
  filter: Omit<RunFilter, 'since' | 'grows'>,
  actions: readonly MachineAction[],
  grows = true,
): FilterRun {
  return createFilterRun({ filter: { ...filter, since: NOW, grows }, title: 'the filter', tenant: TENANT, actions });
}

/** A session that knows these actions, and records what it is asked. */
function session(actions: readonly MachineAction[], extent: 'whole' | 'created' = 'whole') {
  const asked: string[] = [];
  const source: ChangesSource = {
    known: (id) => actions.find((one) => one.id === id),
    fetchChanges: (since) => {
      asked.push(`since ${new Date(since).toISOString()}`);
      return Promise.resolve({ actions: extent === 'whole' ? actions : [], extent });
    },
    fetchCreated: ({ from }) => {
      asked.push(`created ${from}`);
      return Promise.resolve(actions);
    },
  };
  return { source, asked };
}

const members = ({ members: all }: Run): string[] =>
  all.map(({ actionId, commandIndex, script: name }) => `${actionId}#${commandIndex} ${name ?? '–'}`);
const asking: Asking = { signal: new AbortController().signal, priority: 'background' };

suite('a run by filter', () => {
  test('has the scripts of all sessions that match, oldest first, and of a session only the scripts that are meant', () => {
    const actions = [
      action({ id: 'b', creationDateTimeUtc: at(2), commands: [script('triage.ps1'), script('other.ps1', 1)] }),
      action({ id: 'a', creationDateTimeUtc: at(1), commands: [script('TRIAGE-2.ps1')] }),
      action({ id: 'c', creationDateTimeUtc: at(3), commands: [script('else.ps1')] }),
      action({ id: 'd', type: 'Isolate', creationDateTimeUtc: at(3), commands: [script('triage.ps1')] }),
    ];
    assert.deepEqual(members(filterRun({ script: 'triage' }, actions)), ['a#0 TRIAGE-2.ps1', 'b#0 triage.ps1']);
    const byDevice = filterRun({ device: { name: action({}).computerDnsName ?? '' } }, actions);
    assert.deepEqual(members(byDevice).length, 4);
    const again = filterRun({ script: 'triage' }, actions);
    assert.notEqual(again.key, filterRun({ script: 'triage' }, actions).key, 'two orders for one filter stay apart');
    assert.ok(!overlaps(again, filterRun({ script: 'triage' }, actions)) && overlaps(again, { ...again }));
  });

  test('asks for what has changed; new sessions join it if it grows, and their state is renewed', async () => {
    const first = action({
      id: 'a',
      creationDateTimeUtc: at(0),
      status: 'InProgress',
      commands: [{ ...script('t.ps1'), commandStatus: 'Executing' }],
    });
    const run = filterRun({ script: 't.ps1' }, [first]);
    assert.equal(run.members[0]?.result, 'notYet');
    const ended = action({ id: 'a', creationDateTimeUtc: at(0), commands: [script('t.ps1')] });
    const late = action({ id: 'z', creationDateTimeUtc: at(HOUR), commands: [script('T.PS1')] });
    const other = action({ id: 'y', creationDateTimeUtc: at(HOUR), commands: [script('x.sh')] });
    const { source, asked } = session([ended, late, other]);
    const grown = await renewFilterRun(source, run, undefined, asking);
    assert.deepEqual(members(grown), ['a#0 t.ps1', 'z#0 T.PS1']);
    assert.notEqual(grown.members[0]?.result, 'notYet');
    assert.equal(grown.key, run.key);
    // A minute after its last question it asks only for the last hour, by which clocks may differ.
    await renewFilterRun(source, grown, NOW + 5 * HOUR, asking);
    assert.equal(asked.at(-1), `since ${at(4 * HOUR)}`);
    const closed = filterRun({ script: 't.ps1' }, [first], false);
    const same = await renewFilterRun(source, closed, undefined, asking);
    assert.deepEqual(members(same), ['a#0 t.ps1']);
    assert.notEqual(same.members[0]?.result, 'notYet');
  });

  test('a server that does not list by last change is asked by creation, also when nothing has matched yet', async () => {
    const late = action({ id: 'z', creationDateTimeUtc: at(HOUR), commands: [script('t.ps1')] });
    const { source, asked } = session([late], 'created');
    const run = filterRun({ script: 't.ps1' }, []);
    const grown = await renewFilterRun(source, run, NOW + MINUTE, asking);
    assert.deepEqual(members(grown), ['z#0 t.ps1']);
    assert.equal(asked.at(-1), `created ${at(MINUTE - HOUR)}`);
    // A server can state any time for a command that has not ended.
    const odd = action({
      id: 'o',
      creationDateTimeUtc: '0001-01-01T00:00:00Z',
      status: 'Pending',
      commands: [{ ...script('t.ps1'), commandStatus: 'Created' }],
    });
    await renewFilterRun(source, filterRun({ script: 't.ps1' }, [odd]), NOW + MINUTE, asking);
    assert.equal(asked.at(-1), `created ${at(-7 * 24 * HOUR)}`);
  });

  test('what finds no room is left out, the latest first, and that is noted for good', async () => {
    const many = Array.from({ length: MOST_MEMBERS + 3 }, (_, index) =>
      action({ id: `s${index}`, creationDateTimeUtc: at(index * 1000), commands: [script('t.ps1')] }),
    );
    const whole = filterRun({ script: 't.ps1' }, many.slice(0, MOST_MEMBERS));
    assert.deepEqual([whole.members.length, whole.filter.isFull], [MOST_MEMBERS, undefined]);
    // A list has the newest first.
    const run = filterRun({ script: 't.ps1' }, many.toReversed());
    assert.deepEqual(
      [run.members.length, run.members[0]?.actionId, run.members.at(-1)?.actionId, run.filter.isFull],
      [MOST_MEMBERS, 's0', `s${MOST_MEMBERS - 1}`, true],
    );
    const again = await renewFilterRun(session(many).source, whole, NOW, asking);
    assert.equal(again.filter.isFull, true);
    // Other sessions, that do not match, need no room.
    const other = action({ id: 'o', creationDateTimeUtc: at(HOUR), commands: [script('x.sh')] });
    assert.equal((await renewFilterRun(session([other]).source, whole, NOW, asking)).filter.isFull, undefined);
    assert.equal(readRunFilter(run.filter, NOW).isFull, true);
    const stored = parseRun(JSON.stringify({ run, state: 'watching', failures: {} }));
    assert.equal(stored?.run.filter?.isFull, true);
    const hostile = { ...run, filter: { ...run.filter, isFull: 'yes' } };
    assert.equal(parseRun(JSON.stringify({ run: hostile, state: 'watching', failures: {} })), undefined);
  });

  test('an order whose run is full ends when all of it has ended: nothing more can join it', async () => {
    const shift = new Shift([]);
    const run = filterRun({ script: 't.ps1' }, []);
    const runs = shift.window({
      renew: async (one, _lookedAt, { meter }) => {
        await shift.call(meter);
        assert.ok(one.filter);
        return { ...one, filter: { ...one.filter, isFull: true as const } };
      },
    });
    await shift.until(runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) }));
    const { order, run: full } = runs.get(run.key) ?? {};
    assert.deepEqual([order?.end, full?.filter?.isFull, shift.calls], ['allEnded', true, 1]);
  });

  test('states, types and exit codes do not count; nothing but a time is no filter for an order', () => {
    const own = { since: NOW, grows: true };
    const filter = { script: 'x', statuses: ['Failed'], exitCode: 1, type: 'Isolate', span: { hours: 2 } };
    assert.deepEqual(orderFilter(filter, own), { script: 'x', span: { hours: 2 }, ...own });
    assert.equal(orderFilter({ statuses: ['Failed'], span: { hours: 2 } }, own), undefined);
  });

  test('a stored filter that somebody changed does not fetch everything', () => {
    const run = filterRun({ script: 'x' }, []);
    const stored = (filter: unknown): string =>
      JSON.stringify({ run: { ...run, filter }, state: 'watching', failures: {} });
    for (const filter of [null, 'x', { since: '1', grows: true }, { since: 1, grows: 'yes' }, { grows: true }]) {
      assert.equal(parseRun(stored(filter)), undefined, JSON.stringify(filter));
    }
    assert.notEqual(parseRun(stored(run.filter)), undefined);
    const odd = { script: 7, device: 'x', requestor: { name: 1 }, since: NOW + HOUR, grows: true };
    assert.deepEqual(readRunFilter(odd as unknown as RunFilter, NOW), { since: NOW, grows: false });
  });
});

suite('an order for a filter', () => {
  test('three days: sessions that begin meanwhile are kept once each, no other is, no limit passed, and it ends', async () => {
    for (const seed of [1, 2]) {
      const dice = createDice(seed);
      const shift = new Shift([]);
      const start = shift.clock.now();
      const begins = Array.from({ length: 60 }, () => dice() * 80 * HOUR);
      const sessions = begins.map((ms, index) => ({
        at: start + ms,
        ends: start + ms + dice() * 3 * HOUR,
        name: index % 3 === 0 ? 'other.ps1' : 'triage.ps1',
      }));
      const now = (): MachineAction[] =>
        sessions.flatMap(({ at: createdAt, ends, name }, index) =>
          createdAt > shift.clock.now()
            ? []
            : action({
                id: `s${index}`,
                creationDateTimeUtc: new Date(createdAt).toISOString(),
                status: shift.clock.now() >= ends ? 'Succeeded' : 'InProgress',
                commands: [{ ...script(name), commandStatus: shift.clock.now() >= ends ? 'Completed' : 'Executing' }],
              }),
        );
      const open = (): ReturnType<Shift['window']> =>
        shift.window({
          renew: async (run, lookedAt, { signal, meter }) => {
            await shift.call(meter);
            assert.ok(run.filter);
            const source: ChangesSource = {
              known: (id) => now().find((one) => one.id === id),
              fetchChanges: () => Promise.resolve({ actions: now(), extent: 'whole' }),
              fetchCreated: () => Promise.resolve([]),
            };
            return renewFilterRun(source, { ...run, filter: run.filter }, lookedAt, { signal, priority: 'background' });
          },
        });
      const filter = { script: 'triage', since: start, grows: true };
      const run = createFilterRun({ filter, title: 'Script: contains "triage"', tenant: TENANT, actions: now() });
      let runs = open();
      let done = runs.start(run, { again: true, order: createOrder(run, start) });
      await settle();
      for (let hour = 0; hour < 71; hour++) {
        await shift.pass(HOUR);
        if (dice() > 0.1) continue;
        // The window is closed, and somebody lets the order go on in the next one.
        runs.dispose();
        await done;
        runs = open();
        const [record] = await runs.load();
        assert.ok(record?.run.filter?.grows === true, `seed ${seed}: ${record?.state ?? 'none'}`);
        done = runs.start(record.run, { again: false });
        await settle();
      }
      await shift.until(done);
      const order = runs.get(run.key)?.order;
      assert.equal(order?.end, 'time');
      assert.ok(order.calls <= order.mostCalls);
      const wanted = sessions.flatMap(({ ends, name }, index) =>
        name === 'triage.ps1' && ends < start + 71 * HOUR ? [`s${index}`] : [],
      );
      for (const id of wanted) assert.ok(shift.stored.has(id), `seed ${seed}: ${id}`);
      for (const [id, count] of shift.downloads) {
        assert.equal(count, 1, id);
        assert.equal(sessions[Number(id.slice(1))]?.name, 'triage.ps1');
      }
      assert.equal(shift.clock.pending, 0);
    }
  });
});
