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
  test('lines of a comparison take its place, and nothing of them can be cancelled', async () => {
    const search = await searchAll([hits(0, 1, 0)]);
    search.list('rare lines', [hits(1, 2, 3), hits(2, 1, 0)], 7);
    search.cancel();
    const { title, state, lines, searched, found } = search.run ?? assert.fail('nothing is shown');
    assert.deepEqual([title, state, lines, searched, found.length], ['rare lines', 'done', 6, 7, 2]);
  });

  test('of a run, it names the hosts without a hit; one that was replaced asks no more', async () => {
    const asked: string[] = [];
    const call = (method: string): Promise<unknown> => {
      asked.push(method);
      if (method === 'beginSearch') return Promise.resolve(1);
      const step: SearchStep = { found: [], searched: 1, without: [`host ${asked.length}`], done: asked.length > 2 };
      return Promise.resolve(method === 'searchOn' ? step : undefined);
    };
    const search = new StoredSearch({ call } as ConstructorParameters<typeof StoredSearch>[0]);
    await search.start({ ...QUERY, run: { title: 'run', hosts: [] } });
    assert.deepEqual([...(search.run?.without ?? [])], ['host 2', 'host 3']);
    asked.length = 0;
    const starting = search.start(QUERY);
    search.clear();
    await starting;
    assert.deepEqual([search.run, asked.includes('searchOn')], [undefined, false]);
  });

  test('one result with very many lines does not end it for the others', async () => {
    const { run } = await searchAll([hits(0, 500, 1_000_000), hits(1, 1, 0)]);
    assert.deepEqual([run?.state, run?.found.length, run?.lines], ['done', 2, 1_000_501]);
  });

  test('it ends when more lines are listed than a person looks at', async () => {
    const { run } = await searchAll(Array.from({ length: 60 }, (_, at) => hits(at, 500, 0)));
    assert.deepEqual([run?.state, run?.found.length], ['tooMany', 41]);
  });
});
