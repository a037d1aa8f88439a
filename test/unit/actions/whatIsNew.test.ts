import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { whatIsNew } from '../../../src/actions/whatIsNew.ts';
import type { NewsRow, WhatIsNew } from '../../../src/actions/whatIsNew.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import { action, command } from '../results/fixtures.ts';

const SINCE = Date.parse('2026-11-29T22:00:00Z');
const BEFORE = '2026-11-29T21:59:59.9Z';
const AFTER = '2026-11-29T22:00:00Z';
const LATER = '2026-11-30T03:00:00Z';

/** Creates an action that changed after {@link SINCE}. */
function changed(id: string, change: Partial<MachineAction> = {}): MachineAction {
  return action({ id, creationDateTimeUtc: BEFORE, lastUpdateDateTimeUtc: AFTER, ...change });
}

function names(news: WhatIsNew): Record<string, string[]> {
  const name = ({ action: { id }, command: one }: NewsRow): string => (one === undefined ? id : `${id}#${one.index}`);
  const all = Object.entries(news) as [string, readonly NewsRow[]][];
  return Object.fromEntries(all.filter(([, rows]) => rows.length > 0).map(([key, rows]) => [key, rows.map(name)]));
}

const find = (
  actions: readonly MachineAction[],
  stored: readonly string[] = [],
  kept: readonly string[] = [],
  saved: readonly string[] = [],
): Record<string, string[]> =>
  names(
    whatIsNew(actions, SINCE, {
      isStored: ({ id }, index) => stored.includes(`${id}#${index}`),
      isKept: ({ id }, index) => kept.includes(`${id}#${index}`),
      isSaved: ({ id }) => saved.includes(id),
    }),
  );

suite('what is new since a time', () => {
  test('the newest comes first, and one whose server gave it no time last', () => {
    const at = (id: string, time: string) => changed(id, { creationDateTimeUtc: time, lastUpdateDateTimeUtc: time });
    assert.deepEqual(find([at('never', 'never'), at('a', AFTER), at('nothing', ''), at('b', LATER)]), {
      toFetch: ['b#0', 'a#0', 'never#0', 'nothing#0'],
    });
  });

  test('a session that ended is to fetch, or stored; one that ended before is not new', () => {
    const old = changed('old', { lastUpdateDateTimeUtc: BEFORE });
    const found = find([old, changed('a'), changed('b')], ['a#0', 'old#0']);
    assert.deepEqual(found, { toFetch: ['b#0'], stored: ['a#0'] });
  });

  test('a failure comes first, also of a session whose result is stored', () => {
    const commands = [command({ commandStatus: 'Executing' })];
    const actions = ['Failed', 'TimeOut', 'Cancelled'].map((status) => changed(status, { status, commands }));
    const one = changed('one', { commands: [command({ commandStatus: 'Failed' }), command({ index: 1 })] });
    const found = find([...actions, one], ['Failed#0', 'one#0']);
    assert.deepEqual(found, { failed: ['Failed#0', 'TimeOut#0', 'Cancelled#0', 'one#0'], toFetch: ['one#1'] });
  });

  test('a command that completed before its session was canceled has a result like any other', () => {
    const commands = [command(), command({ index: 1, commandStatus: 'Executing' })];
    assert.deepEqual(find([changed('a', { status: 'Cancelled', commands })]), { toFetch: ['a#0'], failed: ['a#1'] });
  });

  test('a package that is ready is to be saved, until this window has saved it', () => {
    const change = { type: 'CollectInvestigationPackage', commands: [] };
    const [ready, open] = [changed('p', change), changed('open', { ...change, status: 'InProgress' })];
    assert.deepEqual(find([ready, open]), { packages: ['p'], open: ['open'] });
    assert.deepEqual(find([ready], [], [], ['p']), { others: ['p'] });
    const failed = changed('f', { ...change, status: 'Failed' });
    assert.deepEqual(find([failed]), { failed: ['f'] });
  });

  test('what an order has kept since then has a place of its own, also if its action is older', () => {
    const old = changed('old', { lastUpdateDateTimeUtc: BEFORE, commands: [command(), command({ index: 1 })] });
    const stored = ['old#0', 'old#1', 'a#0', 'b#0'];
    assert.deepEqual(find([old, changed('a'), changed('b')], stored, ['old#1', 'a#0']), {
      stored: ['b#0'],
      kept: ['a#0', 'old#1'],
    });
  });

  test('all that has not ended is listed, however old', () => {
    const old = changed('old', { status: 'Pending', lastUpdateDateTimeUtc: BEFORE });
    assert.deepEqual(find([old, changed('now', { status: 'InProgress' })]), { open: ['now#0', 'old#0'] });
  });

  test('other types have one row; a file that was put there has none beside the script', () => {
    const isolate = changed('isolate', { type: 'Isolate', commands: [] });
    const put = command({ command: { type: 'PutFile', params: [] } });
    const both = changed('both', { commands: [put, command({ index: 1 })] });
    const alone = changed('alone', { commands: [put] });
    assert.deepEqual(find([isolate, both, alone]), { toFetch: ['both#1'], others: ['isolate', 'alone#0'] });
  });

  test('the latest is first; without any time it counts as new, so that nothing is hidden', () => {
    const timeless = changed('timeless', { creationDateTimeUtc: '', lastUpdateDateTimeUtc: null });
    const created = changed('created', { creationDateTimeUtc: AFTER, lastUpdateDateTimeUtc: null });
    const found = find([timeless, created, changed('later', { lastUpdateDateTimeUtc: LATER })]);
    assert.deepEqual(found, { toFetch: ['later#0', 'created#0', 'timeless#0'] });
  });
});
