import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { StoredSearch } from '../../../../src/results/search/storedSearch.ts';
import type { ResultHits, SearchQuery, SearchStep } from '../../../../src/worker/searchCalls.ts';
import { received, ref } from '../fixtures.ts';

const QUERY: SearchQuery = {
  text: 'x',
  isRegExp: false,
  matchCase: false,
  connection: undefined,
  device: undefined,
  script: undefined,
};

function hits(commandIndex: number, listed: number, more: number): ResultHits {
  const { name, fetchedAt, sha256 } = received();
  const hit = { stream: 'output', line: 1, column: 1, length: 1, text: 'x', at: 0 } as const;
  return {
    ref: ref({ commandIndex }),
    name,
    fetchedAt,
    sha256,
    hits: Array(listed).fill(hit),
    more,
    givenUp: undefined,
  };
}

/** Searches results of which each step finds one. */
async function searchAll(found: readonly ResultHits[]): Promise<StoredSearch> {
  const left = [...found];
  const step = (): SearchStep => {
    const next = left.shift();
    return { found: next === undefined ? [] : [next], searched: 1, without: [], done: left.length === 0 };
  };
  const call = (method: string): Promise<unknown> =>
    Promise.resolve(method === 'searchOn' ? step() : method === 'beginSearch' ? 1 : undefined);
  const search = new StoredSearch({ call } as ConstructorParameters<typeof StoredSearch>[0]);
  await search.start(QUERY);
  return search;
}

suite('a search of stored results', () => {
  test('one result with very many lines does not end it for the others', async () => {
    const { run } = await searchAll([hits(0, 500, 1_000_000), hits(1, 1, 0)]);
    assert.deepEqual([run?.state, run?.found.length, run?.lines], ['done', 2, 1_000_501]);
  });

  test('it ends when more lines are listed than a person looks at', async () => {
    const { run } = await searchAll(Array.from({ length: 60 }, (_, at) => hits(at, 500, 0)));
    assert.deepEqual([run?.state, run?.found.length], ['tooMany', 41]);
  });
});
