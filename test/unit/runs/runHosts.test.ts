import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { loadHosts, loadUnknown, mayLackHosts, mergeRuns, overlaps } from '../../../src/runs/runHosts.ts';
import type { Asking } from '../../../src/runs/runHosts.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import { action, TENANT } from '../results/fixtures.ts';

const ASKING: Asking = { signal: new AbortController().signal, priority: 'background' };

suite('the hosts of a run', () => {
  const at = (id: string, minutes: number) =>
    action({ id, creationDateTimeUtc: new Date(Date.UTC(2026, 10, 23) + minutes * 60_000).toISOString() });
  const server = [at('a', 0), at('b', 20), at('c', 45), at('d', 70), at('x', 300)];

  test('what is not loaded is found in one call where one is enough', async () => {
    const loaded = [...server.slice(2)];
    const spans: string[] = [];
    const list = {
      get actions() {
        return loaded;
      },
      wholeSince: Date.UTC(2026, 10, 23) + 40 * 60_000,
      loadSpan: ({ from, before }: { from: string; before: string }) => {
        spans.push(from);
        loaded.push(
          ...server.filter(
            (one) => one.creationDateTimeUtc >= from && one.creationDateTimeUtc < before && !loaded.includes(one),
          ),
        );
        return Promise.resolve();
      },
    };
    const found = findRuns(loaded, TENANT).find(({ members }) => members[0]?.actionId === 'c');
    assert.ok(found !== undefined);
    assert.equal(mayLackHosts(list, found), true);
    const whole = await loadHosts(list, found, new AbortController().signal);
    assert.deepEqual(
      whole.members.map(({ actionId }) => actionId),
      ['a', 'b', 'c', 'd'],
    );
    assert.equal(spans.length, 1);
    assert.equal(mayLackHosts({ ...list, wholeSince: -Infinity }, whole), false);
    // A list that is later loaded in part leads to the run that is known completely.
    assert.equal(overlaps(found, whole), true);
    assert.equal(mergeRuns(whole, found).key, whole.key);
    assert.equal(mergeRuns(whole, found).members.length, 4);
  });

  test('what a short list does not know comes in one call, and a single action in its own', async () => {
    const [whole] = findRuns(server.slice(0, 4), TENANT);
    assert.ok(whole !== undefined);
    const spans: unknown[] = [];
    const load = (known: readonly string[], missing = whole.members): Promise<void> => {
      const list = {
        get: (actionId: string) => server.find(({ id }) => id === actionId && known.includes(id)),
        loadSpan: (span: unknown) => {
          spans.push(span);
          return Promise.resolve();
        },
      };
      return loadUnknown(list, whole, missing, ASKING);
    };
    await load(['a', 'b', 'c', 'd']);
    await load(['a', 'b', 'c']);
    // A stored result is not requested, whether the action is known or not.
    await load([], whole.members.slice(0, 1));
    assert.deepEqual(spans, []);
    await load(['a', 'b']);
    // From before the first action of the run, missing or not, to after its last one.
    assert.deepEqual(spans, [{ from: '2026-11-22T23:30:00.000Z', before: '2026-11-23T01:40:00.000Z' }]);
  });

  test('a call that fails is told to whoever waits for it', async () => {
    const [whole] = findRuns(server.slice(0, 4), TENANT);
    assert.ok(whole !== undefined);
    const list = { get: () => undefined, loadSpan: () => Promise.reject(new LiveResponseError('offline')) };
    await assert.rejects(loadUnknown(list, whole, whole.members, ASKING), { code: 'offline' });
  });
});
