import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { KeptResults } from '../../../src/storage/keptResults.ts';
import { RESULTS_FILE } from '../../../src/storage/resultTable.ts';
import type { PageRow, ResultRow, RowPlace } from '../../../src/storage/resultRow.ts';

async function withResults(work: (results: KeptResults, folder: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kept-'));
  const results = new KeptResults((fault) => {
    assert.fail(fault.reason);
  });
  try {
    results.openIn(folder);
    work(results, folder);
  } finally {
    results.close();
    await rm(folder, { recursive: true });
  }
}

function row(key: string, fetchedAt: number, tenant = 't'): ResultRow {
  return { key, tenant, fetchedAt, facts: `${key} ${fetchedAt}`, bytes: Buffer.from(key) };
}

/** Reads all pages of a listing, as callers do. */
function readAll(next: (behind: RowPlace | undefined) => readonly PageRow[]): string[] {
  const found: string[] = [];
  for (let page = next(undefined); page.length > 0; page = next(page.at(-1))) {
    found.push(...page.map(({ facts }) => facts));
  }
  return found;
}

suite('results in the file and in memory', () => {
  test('of one that is damaged in memory, the one in the file is not set aside with it', () =>
    withResults((results) => {
      results.put(row('a', 1));
      results.put(row('a', 2), false);
      results.setAside('a', 3);
      assert.equal(results.facts('a'), 'a 1');
      results.setAside('a', 4);
      assert.equal(results.facts('a'), undefined);
    }));

  test('of a result in the file and a later one in memory, only the later one is listed', () =>
    withResults((results) => {
      results.put(row('a', 1));
      results.put(row('b', 1));
      results.put(row('a', 2), false);
      assert.equal(results.facts('a'), 'a 2');
      assert.deepEqual(
        results.list('t', undefined, 100).map(({ facts }) => facts),
        ['a 2', 'b 1'],
      );
      assert.deepEqual(
        results.sizes().map(({ key, fetchedAt }) => [key, fetchedAt]),
        [
          ['a', 2],
          ['b', 1],
        ],
      );
    }));

  test('page by page, each is listed once, whatever is in memory', () =>
    withResults((results) => {
      const placed: string[] = [];
      // Results of the file that were fetched again and not stored: first a whole page of them, later every other one.
      for (let at = 0; at < 40; at++) {
        const isReplaced = at >= 20 || at % 2 === 0;
        results.put(row(`r${at}`, at));
        if (isReplaced) results.put(row(`r${at}`, 1000 + at), false);
        placed.push(`r${at} ${isReplaced ? 1000 + at : at}`);
      }
      for (const [at, tenant] of [5, 15, 2000].entries()) {
        results.put(row(`m${at}`, tenant), false);
        placed.push(`m${at} ${tenant}`);
      }
      results.put(row('other', 7, 'u'));
      const ages = (rows: readonly string[]): number[] => rows.map((facts) => Number(facts.split(' ')[1]));
      for (const limit of [1, 3, 8, 100]) {
        const ofTenant = readAll((behind) => results.list('t', behind, limit));
        assert.deepEqual(ofTenant.toSorted(), placed.toSorted(), `${limit} a page`);
        assert.deepEqual(
          ages(ofTenant),
          ages(ofTenant).toSorted((one, other) => other - one),
        );
        assert.deepEqual(
          readAll((behind) => results.page(behind, limit)).toSorted(),
          [...placed, 'other 7'].toSorted(),
        );
      }
    }));

  test('a list that fails in the middle is no shorter list', () =>
    withResults((results, folder) => {
      for (const at of [1, 2, 3, 4]) results.put(row(`r${at}`, at));
      const first = results.list('t', undefined, 2);
      const database = new DatabaseSync(path.join(folder, RESULTS_FILE));
      database.exec('DROP TABLE results');
      database.close();
      assert.throws(() => results.list('t', first.at(-1), 2), /no such table/u);
    }));
});
