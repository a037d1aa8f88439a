import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { resultKey } from '../../src/base/resultUri.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../src/worker/handlers/handlers.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { arrived, ref, resultFile, TENANT } from '../unit/results/fixtures.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'crafted-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
});

const at = (commandIndex: number): ReturnType<typeof ref> => ref({ commandIndex });
const EVERYWHERE = { connection: undefined, device: undefined, script: undefined };

function openWindow(): WorkerHandlers {
  const handlers = createHandlers();
  handlers.open(folder);
  return handlers;
}

function craft(file: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path.join(folder, file));
  work(database);
  database.close();
}

/** Stores two results, and then changes the first without the store. */
function withCrafted(sql: string, ...values: (string | Uint8Array | number | null)[]): WorkerHandlers {
  const first = openWindow();
  for (const index of [0, 1]) first.put(...arrived(resultFile(`text ${index}`), { ref: at(index) }));
  craft('results.db', (database) => {
    database.prepare(`${sql} WHERE key = ?`).run(...values, resultKey(at(0)));
  });
  return openWindow();
}

/** Calls everything that reads a result. @returns the names of the errors */
function askAll(window: WorkerHandlers): string[] {
  const asked: (() => unknown)[] = [
    () => window.facts(at(0)),
    () => window.list(TENANT),
    () => window.stored(),
    () => window.document(at(0), 'output'),
    () => window.text(at(0), 'output'),
    () => window.packText(at(0), 'output', undefined),
    () => window.packView(at(0), 'output', 'normalised'),
    () => window.packTranscript(at(0)),
    () => window.raw(at(0)),
    () => window.receivedAction(at(0)),
    () => window.saveFile(at(0), path.join(folder, 'saved')),
    () => window.purge({ maxBytes: 1_000_000, maxAge: undefined, except: undefined }),
    () => window.changedElsewhere(),
  ];
  return asked.flatMap((ask) => {
    try {
      ask();
      return [];
    } catch (error) {
      return error instanceof Error ? [error.name] : ['unknown'];
    }
  });
}

const goodFacts = (change: object): string =>
  JSON.stringify({ ...openWindow().put(...arrived(resultFile('text 0'), { ref: at(0) })), ...change });

suite('facts that are none', () => {
  const cases: readonly (readonly [string, () => string])[] = [
    ['no JSON', () => 'no JSON'],
    ['cut JSON', () => goodFacts({}).slice(0, -1)],
    ['a number', () => '5'],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['an empty object', () => '{}'],
    ['a text where a number belongs', () => goodFacts({ size: '5' })],
    ['no action', () => goodFacts({ action: null })],
    ['commands that are none', () => goodFacts({ action: { id: 'a', commands: [5] } })],
    ['a transcript without texts', () => goodFacts({ transcript: {} })],
    ['changes that are none', () => goodFacts({ changes: { length: 5 } })],
    ['those of another result', () => goodFacts({ ref: at(1) })],
    ['a prototype that has it all', () => `{"__proto__":${goodFacts({})}}`],
    ['brackets in millions', () => '['.repeat(5_000_000)],
  ];
  for (const [what, facts] of cases) {
    test(`${what}: the row is set aside, the others are there, and it can be stored again`, () => {
      const window = withCrafted('UPDATE results SET facts = ?', facts());
      const errors = askAll(window);
      assert.deepEqual([...new Set(errors)], ['ResultDamaged']);
      assert.deepEqual(
        window.list(TENANT).facts.map((one) => one.ref.commandIndex),
        [1],
      );
      assert.equal(window.text(at(1), 'output'), 'text 1');
      window.put(...arrived(resultFile('again'), { ref: at(0) }));
      assert.equal(window.text(at(0), 'output'), 'again');
    });
  }

  test('a search passes them by', () => {
    const window = withCrafted('UPDATE results SET facts = ?', '{}');
    const id = window.beginSearch({ ...EVERYWHERE, text: 'text', isRegExp: false, matchCase: false });
    const found: unknown[] = [];
    for (let done = false; !done;) {
      const step = window.searchOn(id);
      found.push(...step.found);
      ({ done } = step);
    }
    assert.equal(found.length, 1);
  });
});

suite('bytes that are none', () => {
  test('gzip that unpacks to more than any result has is not unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024));
    const window = withCrafted('UPDATE results SET bytes = ?', bomb);
    assert.deepEqual([...new Set(askAll(window))], ['ResultDamaged']);
  });

  test('a received action that cannot be unpacked is none', () => {
    const received = { text: '{}', from: 'list', receivedAt: 1, serverDate: undefined } as const;
    const window = openWindow();
    window.put(...arrived(resultFile('a'), { ref: at(0) }), { action: received });
    craft('results.db', (database) => database.prepare('UPDATE received_actions SET text = ?').run(Buffer.from('no')));
    assert.equal(window.receivedAction(at(0)), undefined);
  });
});

suite('tables that are none of ours', () => {
  const NAME = 'x"; DROP TABLE connections; --';

  test('a name that holds a statement is a name: all is deleted, and nothing else is done', () => {
    openWindow().put(...arrived(resultFile('a'), { ref: at(0) }));
    for (const file of ['results.db', 'shared.db']) {
      craft(file, (database) => {
        database.exec(`CREATE TABLE "${NAME.replaceAll('"', '""')}" (a TEXT); CREATE TABLE sqliteXother (a TEXT);`);
        database.exec(`INSERT INTO "${NAME.replaceAll('"', '""')}" VALUES ('left behind')`);
        database.exec(`INSERT INTO sqliteXother VALUES ('left behind')`);
      });
    }
    const window = openWindow();
    window.removeAll();
    for (const file of ['results.db', 'shared.db']) {
      craft(file, (database) => {
        for (const table of [NAME, 'sqliteXother']) {
          const count = database.prepare(`SELECT count(*) AS count FROM "${table.replaceAll('"', '""')}"`).get();
          assert.equal(count?.['count'], 0);
        }
      });
    }
    assert.deepEqual(window.connections(), { connections: [], active: undefined });
  });

  test('triggers and views are dropped before anything of ours meets them', () => {
    openWindow().put(...arrived(resultFile('a'), { ref: at(0) }));
    craft('results.db', (database) => {
      database.exec(`CREATE TABLE copies (facts TEXT);
        CREATE TRIGGER spy AFTER INSERT ON results BEGIN INSERT INTO copies VALUES (new.facts); END;
        CREATE TRIGGER keep BEFORE DELETE ON results BEGIN SELECT RAISE(IGNORE); END;`);
    });
    craft('shared.db', (database) => {
      database.exec(`DROP TABLE limits;
        CREATE VIEW limits AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
          SELECT 'a' AS application, i AS state FROM n`);
    });
    const window = openWindow();
    window.put(...arrived(resultFile('b'), { ref: at(1) }));
    window.deleteResults([at(0)]);
    assert.equal(window.facts(at(0)), undefined);
    assert.equal(window.callUsage('api', 'a').hour, 0);
    craft('results.db', (database) => {
      assert.equal(database.prepare('SELECT count(*) AS count FROM copies').get()?.['count'], 0);
    });
  });

  test('columns of other kinds are a fault, and the session goes on in memory', () => {
    craft('results.db', (database) => {
      database.exec(
        'CREATE TABLE results (key, tenant, fetched_at, facts, bytes); CREATE TABLE large_results (id, state)',
      );
      database.exec(`INSERT INTO results VALUES ('${resultKey(at(0))}', 5, 'never', x'00', 'no bytes')`);
    });
    const window = openWindow();
    window.put(...arrived(resultFile('kept'), { ref: at(1) }));
    assert.equal(window.text(at(1), 'output'), 'kept');
    assert.equal(window.list(TENANT).facts.length, 1);
  });

  test('what was dropped and cannot be deleted does not keep the worker busy', async () => {
    openWindow();
    craft('results.db', (database) => {
      database.exec(`DROP TABLE large_results;
        CREATE TABLE large_results (id TEXT, key TEXT, state TEXT, touched_at INTEGER);
        INSERT INTO large_results VALUES ('no number', NULL, 'dropped', 0)`);
    });
    const window = openWindow();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(!process.getActiveResourcesInfo().includes('Immediate'), 'it has stopped trying');
    window.put(...arrived(resultFile('kept'), { ref: at(1) }));
    assert.equal(window.text(at(1), 'output'), 'kept');
  });
});

suite('a crafted shared.db', () => {
  test('runs, found actions, copies and limits that are none are as if they were not there', () => {
    const window = openWindow();
    craft('shared.db', (database) => {
      const packed = [
        Buffer.from('no deflate'),
        deflateRawSync('no JSON'),
        deflateRawSync('[5]'),
        deflateRawSync('{}'),
      ];
      for (const [number, bytes] of packed.entries()) {
        database.prepare('INSERT INTO packed_runs (key, packed, changed) VALUES (?, ?, ?)').run(`${number}`, bytes, 1);
        database
          .prepare('INSERT INTO packed_found (tenant, action_id, packed, told, found_at) VALUES (?, ?, ?, 0, ?)')
          .run(`commercial|${TENANT.tenantId}`, `${number}`, bytes, Date.now());
      }
      database.prepare('INSERT INTO packed_copy VALUES (1, ?, ?)').run(Buffer.from('no'), Date.now());
      database.exec(`INSERT INTO limits VALUES ('a', 'no JSON'), ('b', '{}'), ('c', '5'), ('d', 'null')`);
    });
    assert.deepEqual(window.runs(), []);
    assert.deepEqual(window.foundAfter(TENANT, 0, 0).found, []);
    assert.equal(window.lastCopy('no'), undefined);
    for (const application of ['a', 'b', 'c', 'd']) assert.ok('id' in window.takeCall('api', application, 1));
  });

  test('a row that unpacks to gigabytes is not unpacked', () => {
    const window = openWindow();
    craft('shared.db', (database) => {
      const bomb = deflateRawSync(Buffer.alloc(200 * 1024 * 1024));
      database.prepare('INSERT INTO packed_runs (key, packed, changed) VALUES (?, ?, 1)').run('bomb', bomb);
    });
    assert.deepEqual(window.runs(), []);
  });

  test('tables of version 0.1 with other columns are emptied', () => {
    openDatabase(folder, 'shared.db', `CREATE TABLE runs (secret TEXT); INSERT INTO runs VALUES ('in clear')`).close();
    const window = openWindow();
    assert.deepEqual(window.runs(), []);
    craft('shared.db', (database) => {
      assert.equal(database.prepare('SELECT count(*) AS count FROM runs').get()?.['count'], 0);
    });
  });
});
