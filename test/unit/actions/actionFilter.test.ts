import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toODataQuery } from '../../../src/defender/list/odata.ts';
import {
  conditionsOf,
  isEmptyFilter,
  readFilter,
  readSpan,
  searchedHere,
  toPredicate,
  without,
  withoutMarks,
} from '../../../src/actions/actionFilter.ts';
import type { ActionFilter, FilteredMarks } from '../../../src/actions/actionFilter.ts';
import { action, command } from '../results/fixtures.ts';

const NOW = Date.UTC(2026, 10, 23, 22);
const ONE = action();

function fits(filter: ActionFilter, exitCode?: number, one = ONE): boolean {
  return toPredicate(filter, NOW, { exitCodeOf: () => exitCode })(one);
}

suite('a filter', () => {
  test('each field says yes to the action that it describes, and no to another', () => {
    const cases: readonly (readonly [yes: ActionFilter, no: ActionFilter])[] = [
      [{ device: { name: 'DC' } }, { device: { name: 'dc2' } }],
      [{ device: { name: 'x', machineIds: ['ab12'.repeat(10)] } }, { device: { name: 'dc1', machineIds: ['b'] } }],
      [{ script: 'COLLECT' }, { script: 'collected' }],
      [{ requestor: { name: 'anna@contoso.com', isWhole: true } }, { requestor: { name: 'anna', isWhole: true } }],
      [{ requestor: { name: 'Anna', isWhole: false } }, { requestor: { name: 'bert', isWhole: false } }],
      [{ comment: 'WHY' }, { comment: 'because' }],
      [{ type: 'LiveResponse' }, { type: 'Isolate' }],
      [{ statuses: ['Failed', 'Succeeded'] }, { statuses: ['Failed'] }],
      [{ span: { hours: 1 } }, { span: { hours: 0.5 } }],
      [
        { span: { from: '2026-11-23T21:00:00.000Z', before: '2026-11-23T22:00:00.000Z' } },
        { span: { from: '2026-11-23T20:00:00.000Z', before: '2026-11-23T21:00:00.000Z' } },
      ],
    ];
    for (const [yes, no] of cases) {
      assert.ok(fits(yes), JSON.stringify(yes));
      assert.ok(!fits(no), JSON.stringify(no));
      assert.ok(!fits({ ...yes, ...no }), 'all must hold');
    }
    assert.ok(fits({}));
  });

  test('an exit code is that of a stored result of any script; what is not stored has none', () => {
    assert.ok(fits({ exitCode: 1 }, 1));
    assert.ok(!fits({ exitCode: 1 }, 0));
    assert.ok(fits({ exitCode: 'notZero' }, -1));
    assert.ok(!fits({ exitCode: 'notZero' }, 0));
    assert.ok(!fits({ exitCode: 'notZero' }));
    const two = action({ commands: [command({ index: 0 }), command({ index: 1 })] });
    assert.ok(toPredicate({ exitCode: 7 }, NOW, { exitCodeOf: (_action, index) => (index === 1 ? 7 : 0) })(two));
  });

  test('marks are those of any of its results; without a case they are asked of nobody', () => {
    const none: FilteredMarks = { isReviewed: false, tags: [], remarks: [] };
    const all: FilteredMarks = { isReviewed: true, tags: ['x'], remarks: [{}] };
    const has = (filter: ActionFilter, ...marks: readonly FilteredMarks[]): boolean =>
      toPredicate(filter, NOW, { marksOf: () => marks })(ONE);
    assert.deepEqual([has({ reviewed: false }, none), has({ reviewed: false }, all)], [true, false]);
    assert.ok(has({ reviewed: false }, all, none), 'one of two is left');
    assert.ok(has({ reviewed: true }, all, all) && !has({ reviewed: true }, all, none));
    assert.ok(!has({ reviewed: true }) && !has({ reviewed: false }), 'nothing to review');
    assert.ok(has({ tag: 'x' }, none, all) && !has({ tag: 'X' }, all) && !has({ tag: 'x' }, none));
    assert.ok(has({ remarked: true }, none, all) && !has({ remarked: true }, none));
    assert.ok(fits({ reviewed: true, tag: 'x', remarked: true }));
    const filter: ActionFilter = { reviewed: false, tag: 'x', remarked: true, script: 'collect' };
    assert.deepEqual(searchedHere(filter), ['script', 'reviewed', 'tag', 'remarked']);
    assert.deepEqual(withoutMarks(filter), { script: 'collect' });
    assert.deepEqual(readFilter(JSON.parse(JSON.stringify(filter))), filter);
    assert.deepEqual(readFilter({ reviewed: 'no', tag: 7, remarked: 1 }), {});
  });

  test('what is null on the wire fits no text', () => {
    const bare = action({ requestor: null, requestorComment: null, machineId: null, commands: [] });
    for (const filter of [
      { requestor: { name: 'a', isWhole: false } },
      { comment: 'a' },
      { script: 'a' },
      { device: { name: 'dc1', machineIds: ['a'] } },
    ]) {
      assert.ok(!fits(filter, 0, bare), JSON.stringify(filter));
    }
  });

  test('the API is asked for what it can check, and the rest is named', () => {
    const filter: ActionFilter = {
      device: { name: 'dc1', machineIds: ['ab', 'cd'] },
      script: 's',
      requestor: { name: "o'brien", isWhole: true },
      comment: 'c',
      type: 'Isolate',
      statuses: ['Pending', 'InProgress'],
      exitCode: 1,
      span: { hours: 2 },
    };
    assert.deepEqual(searchedHere(filter), ['script', 'comment', 'exitCode']);
    const where = conditionsOf(filter, NOW);
    const query = new URLSearchParams(toODataQuery({ liveResponseOnly: true, where, top: 50, skip: 0 }));
    assert.equal(
      query.get('$filter'),
      "type eq 'Isolate' and (machineId eq 'ab' or machineId eq 'cd') and (status eq 'Pending' or status eq 'InProgress')" +
        " and requestor eq 'o''brien' and creationDateTimeUtc ge 2026-11-23T20:00:00.000Z",
    );
    assert.deepEqual(searchedHere({ device: { name: 'd' }, requestor: { name: 'r', isWhole: false } }), [
      'device',
      'requestor',
    ]);
    assert.deepEqual(conditionsOf({ device: { name: 'd' }, requestor: { name: 'r', isWhole: false } }, NOW), {});
  });

  test('a span of times has both ends, one of hours only its beginning; a device of a kept filter needs no ids', () => {
    const now = Date.UTC(2026, 10, 23, 12);
    const span = { from: '2026-11-20T00:00:00.000Z', before: '2026-11-21T00:00:00.000Z' };
    assert.deepEqual(conditionsOf({ span }, now), { createdFrom: span.from, createdBefore: span.before });
    assert.deepEqual(conditionsOf({ span: { hours: 12 } }, now), { createdFrom: '2026-11-23T00:00:00.000Z' });
    assert.deepEqual(readFilter({ device: { name: 'dc1', machineIds: 'x' } }), { device: { name: 'dc1' } });
    assert.deepEqual(readFilter({ device: { name: 'dc1', machineIds: ['a'] } }), {
      device: { name: 'dc1', machineIds: ['a'] },
    });
  });

  test('a script without a name fits no name of a script', () => {
    const nameless = action({ commands: [command({ command: { type: 'RunScript', params: null } })] });
    const fits = toPredicate({ script: 'collect' }, 0);
    assert.deepEqual([fits(nameless), fits(action())], [false, true]);
  });

  test('a field can be taken out, and then it is empty', () => {
    assert.deepEqual(without({ script: 's', comment: 'c' }, 'script'), { comment: 'c' });
    assert.ok(isEmptyFilter(without({ script: 's' }, 'script')));
    assert.ok(!isEmptyFilter({ exitCode: 0 }));
  });

  test('one that was kept comes back as it was; what is not as it should be is left out', () => {
    const filter: ActionFilter = {
      device: { name: 'dc1', machineIds: ['ab'] },
      script: 's',
      requestor: { name: 'r', isWhole: true },
      comment: 'c',
      type: 'Isolate',
      statuses: ['Pending'],
      exitCode: 'notZero',
      span: { from: '2026-11-23T21:00:00.000Z', before: '2026-11-23T22:00:00.000Z' },
    };
    assert.deepEqual(readFilter(JSON.parse(JSON.stringify(filter))), filter);
    assert.deepEqual(readFilter({ span: { hours: 4 }, exitCode: 3 }), { span: { hours: 4 }, exitCode: 3 });
    assert.deepEqual(readFilter(null), {});
    // A time goes into the query unquoted.
    const hostile = { from: "2026-11-23T21:00:00.000Z or type eq 'Isolate'", before: '2026-11-23T22:00:00.000Z' };
    assert.deepEqual(
      readFilter({ device: 'x', script: 5, statuses: [], exitCode: 1.5, requestor: {}, span: hostile }),
      {},
    );
  });

  test('a span is two days, the last one whole, or two times, in UTC', () => {
    assert.deepEqual(readSpan('2026-11-20..2026-11-23'), {
      from: '2026-11-20T00:00:00.000Z',
      before: '2026-11-24T00:00:00.000Z',
    });
    assert.deepEqual(readSpan('2026-11-23T18:00 .. 2026-11-23 21:30'), {
      from: '2026-11-23T18:00:00.000Z',
      before: '2026-11-23T21:30:00.000Z',
    });
    for (const wrong of ['', '2026-11-20', '2026-11-23..2026-11-20', '2026-13-01..2026-13-02', 'a..b', '1..2..3']) {
      assert.equal(readSpan(wrong), undefined, wrong);
    }
  });
});
