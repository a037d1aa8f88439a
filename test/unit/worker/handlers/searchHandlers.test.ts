import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { resultKey } from '../../../../src/base/resultUri.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { ResultHits, SearchQuery } from '../../../../src/worker/searchCalls.ts';
import { RESULTS_FILE } from '../../../../src/storage/resultTable.ts';
import { arrived, received, ref, resultFile } from '../../results/fixtures.ts';

function query(text: string, change: Partial<SearchQuery> = {}): SearchQuery {
  const anywhere = { connection: undefined, device: undefined, script: undefined };
  return { text, isRegExp: false, matchCase: false, ...anywhere, ...change };
}

/** Creates a store in memory with one result for each text, each a second younger than the one before. */
function storeOf(...texts: readonly (string | Buffer)[]): WorkerHandlers {
  const handlers = createHandlers();
  for (const [commandIndex, text] of texts.entries()) {
    const bytes = typeof text === 'string' ? resultFile(text) : text;
    handlers.put(...arrived(bytes, { ref: ref({ commandIndex }), fetchedAt: commandIndex * 1000 }));
  }
  return handlers;
}

function searchAll(handlers: WorkerHandlers, wanted: SearchQuery): { found: ResultHits[]; searched: number } {
  const id = handlers.beginSearch(wanted);
  const found: ResultHits[] = [];
  for (let searched = 0; ;) {
    const step = handlers.searchOn(id);
    found.push(...step.found);
    searched += step.searched;
    if (step.done) return { found, searched };
  }
}

const linesOf = ({ found }: { found: ResultHits[] }): number[] =>
  found.flatMap(({ hits }) => hits.map(({ line }) => line));

suite('searching stored results', () => {
  test('the newest result comes first, with the lines in which it was found', () => {
    const all = searchAll(storeOf('needle', 'nothing', 'hay\nhay Needle hay\nneedle needle'), query('needle'));
    assert.deepEqual(
      all.found.map(({ ref: { commandIndex }, hits }) => [
        commandIndex,
        hits.map(({ line, column, at, length }) => [line, column, at, length]),
      ]),
      [
        [
          2,
          [
            [2, 5, 4, 6],
            [3, 1, 0, 6],
          ],
        ],
        [0, [[1, 1, 0, 6]]],
      ],
    );
    assert.equal(all.searched, 3);
  });

  test('lines are those of the line rule, whatever mixture of ends', () => {
    const text = 'x\r\nx\rx\nx\r\r\nx\n\rx';
    assert.deepEqual(linesOf(searchAll(storeOf(text), query('x'))), [1, 2, 3, 4, 6, 8]);
  });

  test('case, expressions, and what is special in one and not in the other', () => {
    const store = storeOf('a.b\nAxB\na(b\n/x/-[]{}|^$');
    assert.deepEqual(linesOf(searchAll(store, query('a.b'))), [1]);
    assert.deepEqual(linesOf(searchAll(store, query('a.b', { isRegExp: true }))), [1, 2, 3]);
    assert.deepEqual(linesOf(searchAll(store, query('a.b', { isRegExp: true, matchCase: true }))), [1, 3]);
    assert.deepEqual(linesOf(searchAll(store, query('^a.b$', { isRegExp: true, matchCase: true }))), [1, 3]);
    assert.deepEqual(linesOf(searchAll(store, query('/x/-[]{}|^$'))), [4]);
    assert.deepEqual(linesOf(searchAll(store, query('z*', { isRegExp: true }))), []);
    assert.throws(() => store.beginSearch(query('(', { isRegExp: true })), SyntaxError);
  });

  test('errors are searched as well as output, and a file that is no result as raw text', () => {
    const store = storeOf(resultFile('', 'one\nneedle'), Buffer.from('<html>needle'));
    assert.deepEqual(
      searchAll(store, query('needle')).found.map(({ hits }) => hits.map(({ stream, line }) => [stream, line])),
      [[['raw', 1]], [['errors', 2]]],
    );
  });

  test('in a run: only a script’s result that was searched to its end counts as one without a hit', () => {
    const store = storeOf('needle', 'hay', Buffer.from('{"script_output":"cut'), `${'a'.repeat(50)}b!`);
    const hosts = [0, 1, 2, 3, 4].map((commandIndex) => ({ host: `h${commandIndex}`, ref: ref({ commandIndex }) }));
    const run = { title: 'hunt', hosts };
    const text = '^(needle|(a+)+!)$';
    const without: string[] = [];
    const search = store.beginSearch(query(text, { isRegExp: true, run }));
    for (;;) {
      const step = store.searchOn(search);
      without.push(...step.without);
      if (step.done) break;
    }
    // The cut file, the result that was given up, and the host without a result may have the text.
    assert.deepEqual(without, [resultKey(ref({ commandIndex: 1 }))]);
    const none = { title: 'other', hosts: [] };
    assert.equal(searchAll(store, query('needle', { run: none })).found.length, 0);
  });

  test('by connection, device and script, exactly', () => {
    const handlers = createHandlers();
    for (const [commandIndex, device] of ['dc1', 'dc10'].entries()) {
      const name = { ...received().name, device };
      handlers.put(...arrived(resultFile('needle'), { ref: ref({ commandIndex }), name }));
    }
    const searched = (change: Partial<SearchQuery>): number =>
      searchAll(handlers, query('needle', change)).found.length;
    assert.equal(searched({ device: 'dc1' }), 1);
    assert.equal(searched({ script: 'collect.ps1' }), 2);
    assert.equal(searched({ script: 'collect.ps1', connection: 'Fabrikam' }), 0);
  });

  test('a long line is shown around the match, a result with very many lines counts the others', () => {
    const long = `${'a'.repeat(5000)}😀needle${'b'.repeat(5000)}`;
    const [hit] = searchAll(storeOf(long), query('needle')).found[0]?.hits ?? [];
    assert.equal(hit?.column, 5003);
    assert.ok(hit.text.length <= 300);
    assert.equal(hit.text.slice(hit.at, hit.at + hit.length), 'needle');
    const [many] = searchAll(storeOf('needle\n'.repeat(2000)), query('needle')).found;
    assert.deepEqual([many?.hits.length, many?.more], [500, 1500]);
  });

  test('an expression that would never end is given up, for that result only, and said', () => {
    const start = performance.now();
    const { found } = searchAll(storeOf('aaa!', `${'a'.repeat(50)}b!`, 'aa!'), query('^(a+)+!$', { isRegExp: true }));
    assert.deepEqual(
      found.map(({ ref: { commandIndex }, givenUp }) => [commandIndex, givenUp]),
      [
        [2, undefined],
        [1, 'tooSlow'],
        [0, undefined],
      ],
    );
    assert.ok(performance.now() - start < 60_000);
  });

  test('an expression that needs more stack for a long line than there is is given up, for that result only', () => {
    const { found } = searchAll(
      storeOf('needle', 'x'.repeat(5_000_000)),
      query('^(x|y)*z|needle', { isRegExp: true, matchCase: true }),
    );
    assert.deepEqual(
      found.map(({ ref: { commandIndex }, hits, givenUp }) => [commandIndex, hits.length, givenUp]),
      [
        [1, 0, 'tooSlow'],
        [0, 1, undefined],
      ],
    );
  });

  test('a file that is no text has nothing to find', () => {
    const store = storeOf(Buffer.from([0, 1, 2, 3, 255]), 'text');
    const { found, searched } = searchAll(store, query('.', { isRegExp: true }));
    assert.deepEqual([found.map(({ ref: { commandIndex } }) => commandIndex), searched], [[1], 2]);
  });

  test('a failure of the file is told as such, and not as damage of a result', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'search-'));
    try {
      const handlers = createHandlers();
      handlers.open(folder);
      handlers.put(...arrived(resultFile('needle')));
      const database = new DatabaseSync(path.join(folder, RESULTS_FILE));
      database.exec('ALTER TABLE results RENAME COLUMN bytes TO moved');
      assert.throws(() => searchAll(handlers, query('needle')), /no such column/u);
      database.exec('ALTER TABLE results RENAME COLUMN moved TO bytes');
      database.close();
      assert.deepEqual(linesOf(searchAll(handlers, query('needle'))), [1]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('a result that an earlier version replaces is searched by its new text', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'search-'));
    const handlers = createHandlers();
    const earlier = createHandlers();
    try {
      handlers.open(folder);
      earlier.open(undefined);
      const key = resultKey(ref());
      handlers.put(...arrived(resultFile('hay'), { ref: ref() }));
      assert.equal(searchAll(handlers, query('needle')).found.length, 0);
      const bytes = resultFile('needle');
      const facts = JSON.stringify(earlier.put(...arrived(bytes, { ref: ref() })));
      // That version knows results and not their filters.
      const database = new DatabaseSync(path.join(folder, RESULTS_FILE));
      database
        .prepare('INSERT OR REPLACE INTO results (key, tenant, fetched_at, facts, bytes) VALUES (?, ?, ?, ?, ?)')
        .run(key, 't', 5, facts, gzipSync(bytes));
      assert.deepEqual({ ...database.prepare('SELECT count(*) AS count FROM filters').get() }, { count: 1 });
      database.close();
      assert.deepEqual(linesOf(searchAll(handlers, query('needle'))), [1]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('a result that is compressed itself is searched by its text, in memory and in a run', () => {
    const store = storeOf(gzipSync(resultFile('evil zebra.exe')), 'hay');
    assert.deepEqual(linesOf(searchAll(store, query('zebra'))), [1]);
    const hosts = [0, 1].map((commandIndex) => ({ host: `h${commandIndex}`, ref: ref({ commandIndex }) }));
    const search = store.beginSearch(query('zebra', { run: { title: 'hunt', hosts } }));
    const without: string[] = [];
    for (let isDone = false; !isDone;) {
      const step = store.searchOn(search);
      without.push(...step.without);
      isDone = step.done;
    }
    assert.deepEqual(without, [resultKey(ref({ commandIndex: 1 }))]);
  });

  test('results of a pack are searched after those that were fetched, whatever time the pack states', () => {
    const store = storeOf('needle');
    const ofPack = { ...ref({ commandIndex: 7 }), cloud: 'pack' as const };
    store.put(...arrived(resultFile('needle'), { ref: ofPack, fetchedAt: 9e15 }));
    assert.deepEqual(
      searchAll(store, query('needle')).found.map((found) => found.ref.cloud),
      ['commercial', 'pack'],
    );
  });

  test('in files: one that is damaged is named, and one that is no result is never one without a hit', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'search-'));
    try {
      const handlers = createHandlers();
      handlers.open(folder);
      const files = [resultFile('hay'), resultFile('needle'), Buffer.from('<html>'), Buffer.from([0, 1, 2, 3, 255])];
      const hosts = files.map((_, commandIndex) => ({ host: 'h', ref: ref({ commandIndex }) }));
      for (const [at, file] of files.entries()) handlers.put(...arrived(file, { ref: ref({ commandIndex: at }) }));
      const database = new DatabaseSync(path.join(folder, RESULTS_FILE));
      const damage = database.prepare('UPDATE results SET bytes = ? WHERE key = ?');
      damage.run(Buffer.from('damaged'), resultKey(ref({ commandIndex: 1 })));
      database.close();
      const id = handlers.beginSearch(query('needle', { run: { title: 'hunt', hosts } }));
      const step = handlers.searchOn(id);
      assert.deepEqual(
        step.found.map((one) => [one.ref.commandIndex, one.hits, one.givenUp]),
        [[1, [], 'damaged']],
      );
      assert.deepEqual(step.without, [resultKey(ref({ commandIndex: 0 }))]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('a filter is deleted with its result', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'search-'));
    const handlers = createHandlers();
    try {
      handlers.open(folder);
      for (const commandIndex of [0, 1]) handlers.put(...arrived(resultFile('hay'), { ref: ref({ commandIndex }) }));
      const database = new DatabaseSync(path.join(folder, RESULTS_FILE));
      const count = (): unknown => database.prepare('SELECT count(*) AS count FROM filters').get()?.['count'];
      assert.equal(count(), 2);
      handlers.deleteResults([ref()]);
      assert.equal(count(), 1);
      handlers.removeAll();
      assert.equal(count(), 0);
      database.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('it goes in steps, and one that nobody wants any more ends', () => {
    const store = storeOf(...Array.from({ length: 60 }, () => 'needle\n'.repeat(50_000)));
    const id = store.beginSearch(query('needle'));
    const first = store.searchOn(id);
    assert.ok(!first.done && first.searched < 60, 'not all at once');
    store.endSearch(id);
    assert.deepEqual(store.searchOn(id), { found: [], searched: 0, without: [], done: true });
  });
});
