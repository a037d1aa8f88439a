import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { usualRules } from '../../../src/evidence/compare/normalise.ts';
import { createAnalysisHandlers } from '../../../src/analysis/analysisHandlers.ts';
import { RunComparer } from '../../../src/runs/runComparison.ts';
import { toRows } from '../../../src/runs/runRows.ts';
import type { RunRow } from '../../../src/runs/runRows.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../src/worker/handlers/handlers.ts';
import { failure } from '../defender/expected.ts';
import { action, arrived, ref, resultFile, TENANT } from '../results/fixtures.ts';
import { explainMember } from './explainMember.ts';

const USUAL = { rules: usualRules, most: 1 };

/** The worker's own handlers with a record of their calls, and a run over this number of hosts. */
class Stage {
  readonly calls: string[] = [];
  handlers: WorkerHandlers = createHandlers();
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  /** Members whose results cannot be compared in time. */
  readonly hostile = new Set<number>();
  /** Results that can be compared in time together. */
  most = Infinity;
  reason = 'time';
  #analysis = createAnalysisHandlers();

  readonly store: ConstructorParameters<typeof RunComparer>[0] = {
    compareResults: async (comparison, wanted) => {
      // Other work can come between two calls, as with the real thread.
      await Promise.resolve();
      const members = wanted.map(({ compared }) => compared.member);
      this.calls.push(`compareResults ${members.join(' ')}`);
      if (members.some((member) => this.hostile.has(member)) || members.length > this.most) {
        this.#analysis = createAnalysisHandlers();
        throw new LiveResponseError('analysisStopped', { reason: this.reason });
      }
      for (const { ref: one, compared } of wanted) {
        const transcript = this.handlers.packTranscript(one);
        if (transcript !== undefined) this.#analysis.compareResults(comparison, [transcript], [compared]);
      }
    },
    comparison: (comparison, most) => {
      this.calls.push('comparison');
      return Promise.resolve(this.#analysis.comparison(comparison, most));
    },
  };

  put(member: number, output: string): void {
    this.handlers.put(...arrived(resultFile(output), { ref: ref({ actionId: `a${member}` }) }));
  }

  get rows(): RunRow[] {
    const actions = Array.from({ length: this.#count }, (_, at) =>
      action({ id: `a${at}`, computerDnsName: `ws-${at}.contoso.com` }),
    );
    const [run] = findRuns(actions, TENANT);
    assert.ok(run !== undefined);
    return toRows({ run, state: 'none', failures: {} }, (wanted) => this.handlers.facts(wanted), explainMember);
  }

  taken(): string[] {
    return this.calls.splice(0);
  }
}

suite('comparing the results of a run', () => {
  test('results that are new are added to what was compared; hosts without one are left out', async () => {
    const stage = new Stage(4);
    stage.put(0, 'a\n');
    stage.put(2, 'a\n');
    const comparer = new RunComparer(stage.store, 'overview');
    const first = await comparer.compare(stage.rows, USUAL);
    assert.deepEqual(first.groups, [{ members: [0, 2] }]);
    assert.deepEqual(stage.taken(), ['compareResults 0 2', 'comparison']);

    stage.put(3, 'a\nodd\n');
    const second = await comparer.compare(stage.rows, USUAL);
    assert.deepEqual(second.groups, [{ members: [3] }, { members: [0, 2] }]);
    assert.deepEqual(second.rareLines[0]?.places, [{ member: 3, line: 2 }]);
    assert.deepEqual(stage.taken(), ['compareResults 3', 'comparison']);

    // The number of lines is requested again, and no result is read again for it.
    assert.equal((await comparer.compare(stage.rows, { ...USUAL, most: 0 })).rareLines.length, 0);
    assert.deepEqual(stage.taken(), ['comparison']);
  });

  test("a device's short and full name are its own", async () => {
    const stage = new Stage(2);
    stage.put(0, 'I am ws-0\n');
    stage.put(1, 'I am ws-1.contoso.com\n');
    const found = await new RunComparer(stage.store, 'overview').compare(stage.rows, USUAL);
    assert.deepEqual(found.groups, [{ members: [0, 1] }]);
  });

  test('by other rules, or with other hosts, it begins anew', async () => {
    const stage = new Stage(2);
    for (const member of [0, 1]) stage.put(member, `ws-${member}\n`);
    const comparer = new RunComparer(stage.store, 'overview');
    assert.equal((await comparer.compare(stage.rows, USUAL)).groups.length, 1);
    const exact = { ...USUAL, rules: { ...usualRules, host: false } };
    assert.equal((await comparer.compare(stage.rows, exact)).groups.length, 2);
    stage.taken();
    await comparer.compare(stage.rows.slice(1), exact);
    assert.deepEqual(stage.taken(), ['compareResults 0', 'comparison']);
  });

  test('another comparison in between, or a new thread, costs one more time', async () => {
    const stage = new Stage(2);
    for (const member of [0, 1]) stage.put(member, 'a\n');
    const overview = new RunComparer(stage.store, 'overview');
    await overview.compare(stage.rows, USUAL);
    await new RunComparer(stage.store, 'export').compare(stage.rows, USUAL);
    stage.taken();
    assert.deepEqual((await overview.compare(stage.rows, USUAL)).groups, [{ members: [0, 1] }]);
    assert.deepEqual(stage.taken(), ['comparison', 'compareResults 0 1', 'comparison']);

    // Only the new result was added, to a comparison that had lost the others. The comparer notices this.
    await new RunComparer(stage.store, 'export').compare(stage.rows, USUAL);
    const { rows } = stage;
    const known = rows.slice(0, 1).concat(rows.slice(1).map((row) => ({ ...row, state: 'notFetched' as const })));
    const later = new RunComparer(stage.store, 'later');
    await later.compare(known, USUAL);
    await new RunComparer(stage.store, 'export').compare(rows, USUAL);
    const { groups } = await later.compare(rows, USUAL);
    assert.deepEqual(
      groups.map(({ members }) => members.toSorted((one, other) => one - other)),
      [[0, 1]],
    );
  });

  test('an expression of the user that is too slow ends the comparison at once, with the name of the host', async () => {
    const stage = new Stage(3);
    for (const member of [0, 1, 2]) stage.put(member, 'a\n');
    stage.hostile.add(1);
    const comparer = new RunComparer(stage.store, 'overview');
    const own = { ...USUAL, rules: { ...usualRules, own: '(a+)+b' } };
    await assert.rejects(comparer.compare(stage.rows, own), (error) => {
      assert.ok(error instanceof LiveResponseError);
      assert.deepEqual([error.code, error.values], ['analysisStopped', { reason: 'expression', host: 'ws-1' }]);
      return true;
    });
    assert.deepEqual(stage.taken(), ['compareResults 0 1 2', 'compareResults 0', 'compareResults 1']);
    // Any other end of the thread says nothing about the expression.
    stage.reason = 'memory';
    assert.deepEqual((await new RunComparer(stage.store, 'other').compare(stage.rows, own)).uncounted, [1]);
    // Without the expression, only the host whose result is slow is left out.
    assert.deepEqual((await comparer.compare(stage.rows, USUAL)).uncounted, [1]);
  });

  test('an expression that is too slow in two batches leaves nothing under way that spoils the next comparison', async () => {
    const stage = new Stage(200);
    for (let member = 0; member < 200; member++) stage.put(member, 'a\n');
    stage.hostile.add(5);
    stage.hostile.add(127);
    const comparer = new RunComparer(stage.store, 'overview');
    const own = { ...USUAL, rules: { ...usualRules, own: '(a+)+b' } };
    await assert.rejects(comparer.compare(stage.rows, own));
    stage.hostile.clear();
    const { groups, uncounted } = await comparer.compare(stage.rows, USUAL);
    assert.deepEqual([groups[0]?.members.length, uncounted], [200, []]);
  });

  test('a failure other than of time ends the comparison, and the next one begins anew', async () => {
    const stage = new Stage(3);
    for (let member = 0; member < 3; member++) stage.put(member, 'a\n');
    let isBroken = true;
    const comparer = new RunComparer(
      {
        ...stage.store,
        compareResults: (...request) =>
          isBroken
            ? Promise.reject(new LiveResponseError('databaseFailed', { reason: 'locked' }))
            : stage.store.compareResults(...request),
      },
      'overview',
    );
    await assert.rejects(comparer.compare(stage.rows, USUAL), failure('databaseFailed', { reason: 'locked' }));
    isBroken = false;
    const { groups, uncounted } = await comparer.compare(stage.rows, USUAL);
    assert.deepEqual([groups, uncounted], [[{ members: [0, 1, 2] }], []]);
  });

  test('a result that cannot be compared in time is left out and told, and the others are compared', async () => {
    const stage = new Stage(3);
    for (const member of [0, 1, 2]) stage.put(member, 'a\n');
    stage.hostile.add(1);
    const comparer = new RunComparer(stage.store, 'overview');
    const found = await comparer.compare(stage.rows, USUAL);
    assert.deepEqual(found.groups[0]?.members.toSorted(), [0, 2]);
    assert.deepEqual(found.uncounted, [1]);
    stage.taken();
    await comparer.compare(stage.rows, USUAL);
    assert.deepEqual(stage.taken(), ['comparison'], 'it is not tried again and again');
  });

  test('many results are added in batches of a bounded number and size', async () => {
    const stage = new Stage(150);
    for (let member = 0; member < 150; member++) stage.put(member, member === 70 ? 'x'.repeat(1_100_000) : 'a\n');
    stage.hostile.add(140);
    const found = await new RunComparer(stage.store, 'overview').compare(stage.rows, USUAL);
    const sizes = stage.taken().map((call) => call.split(' ').length - 1);
    // Members come by their ids. The large one ends the second batch. Of the third, which has the hostile one, each is
    // tried alone, and then all others again.
    assert.deepEqual(sizes.slice(0, 3), [64, 55, 31]);
    assert.ok(sizes.slice(3, 34).every((size) => size === 1));
    assert.deepEqual(sizes.slice(34, 36), [0, 64]);
    assert.deepEqual(found.uncounted, [140]);
    assert.equal(
      found.groups.reduce((sum, { members }) => sum + members.length, 0),
      149,
    );
  });

  test('results that are slow only together are all compared', async () => {
    const stage = new Stage(130);
    for (let member = 0; member < 130; member++) stage.put(member, 'a\n');
    stage.most = 20;
    const found = await new RunComparer(stage.store, 'overview').compare(stage.rows, USUAL);
    assert.deepEqual([found.groups[0]?.members.length, found.uncounted], [130, []]);
  });

  test('a result that went from the store gives no half a comparison', async () => {
    const stage = new Stage(2);
    for (const member of [0, 1]) stage.put(member, 'a\n');
    const { rows } = stage;
    stage.handlers = createHandlers();
    stage.put(0, 'a\n');
    const found = await new RunComparer(stage.store, 'overview').compare(rows, USUAL);
    assert.deepEqual(found, { groups: [], rareLines: [], moreRareLines: 0, uncounted: [] });
    assert.equal(stage.calls.length, 4, 'twice, and no more');
  });
});
