import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { StorageFault } from '../../../../src/storage/storageFault.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile, TENANT } from '../../results/fixtures.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Window extends WorkerHandlers {
  readonly faults: StorageFault[];
}

function openWindow(): Window {
  const faults: StorageFault[] = [];
  const handlers = createHandlers((fault) => faults.push(fault));
  handlers.open(folder);
  return { ...handlers, faults };
}

const DATABASE = 'results.db';
const at = (commandIndex: number): ReturnType<typeof ref> => ref({ commandIndex });

/** Returns a result of this size that gzip cannot make smaller. */
function noise(length: number): Buffer {
  const digits = Array.from({ length }, (_, index) =>
    Math.abs(Math.sin(index) * 1e9)
      .toString(36)
      .at(-1),
  );
  return resultFile(digits.join(''));
}

function putAt(window: WorkerHandlers, commandIndex: number, fetchedAt: number, bytes = resultFile('text')): void {
  window.put(...arrived(bytes, { ref: at(commandIndex), fetchedAt }));
}

/** Writes into the file without the store. */
function tamper(sql: string, ...values: (string | Uint8Array)[]): void {
  const database = new DatabaseSync(path.join(folder, DATABASE));
  database.prepare(sql).run(...values);
  database.close();
}

async function bytesOnDisk(): Promise<Buffer> {
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(path.join(folder, name)))));
}

suite('a stored result that is not what it was', () => {
  for (const [what, bytes] of [
    ['other bytes', gzipSync(resultFile('forged'))],
    ['bytes that cannot be unpacked', Buffer.from('no gzip')],
  ] as const) {
    test(`${what}: it is set aside, said, shown nowhere, and can be stored again`, () => {
      const window = openWindow();
      putAt(window, 0, 1);
      tamper('UPDATE results SET bytes = ?', bytes);
      // In another window, because this one still holds the text that it decoded.
      const other = openWindow();
      assert.throws(() => other.document(ref(), 'output'), { name: 'ResultDamaged' });
      assert.equal(other.facts(ref()), undefined);
      assert.equal(other.document(ref(), 'output'), undefined);
      const database = new DatabaseSync(path.join(folder, DATABASE));
      assert.equal(database.prepare('SELECT count(*) AS kept FROM damaged').get()?.['kept'], 1);
      database.close();
      putAt(other, 0, 2);
      assert.equal(other.text(ref(), 'output'), 'text');
    });
  }
});

suite('what is cleared', () => {
  test('is gone with all that belongs to it, and not a trace of it is left in the files', async () => {
    const window = openWindow();
    const marker = noise(40_000);
    putAt(window, 0, 1, marker);
    putAt(window, 1, 2);
    window.quoteResult(at(0));
    const packed = gzipSync(marker, { level: 1 });
    // A piece may cross the border of two pages.
    const traces = [2000, 4000, 6000, 8000, 10_000].map((start) => packed.subarray(start, start + 60));
    const onDisk = await bytesOnDisk();
    assert.ok(traces.filter((trace) => onDisk.includes(trace)).length > 2, 'it was there');
    const before = (await bytesOnDisk()).length;
    window.deleteResults([at(0)]);
    const after = await bytesOnDisk();
    for (const trace of traces) assert.ok(!after.includes(trace));
    assert.ok(after.length < before - 20_000, 'its room is given back');
    assert.equal(window.facts(at(0)), undefined);
    assert.equal(window.text(at(0), 'output'), undefined);
    assert.equal(window.text(at(1), 'output'), 'text');
    putAt(window, 0, 3);
    assert.equal(
      window.storedBytes(),
      window.stored().reduce((sum, { size }) => sum + size, 0),
    );
    assert.deepEqual(
      window.stored().map(({ quoted }) => quoted),
      [false, false],
    );
  });

  test('a file of a version that gave nothing back gives back all the same', async () => {
    const old = new DatabaseSync(path.join(folder, DATABASE));
    old.exec('CREATE TABLE older (text TEXT)');
    old.close();
    const window = openWindow();
    putAt(window, 0, 1, noise(40_000));
    const before = (await bytesOnDisk()).length;
    window.deleteResults([at(0)]);
    assert.ok((await bytesOnDisk()).length < before - 20_000);
  });

  test('everything: results, connections, accounts, and files that were set aside', async () => {
    const window = openWindow();
    putAt(window, 0, 1, resultFile('text'));
    window.putConnection('Contoso', '{"secretless": "contoso"}');
    window.setAccount('owner', 'anna@contoso.com');
    await writeFile(path.join(folder, 'results.db.damaged-2026'), 'damaged');
    window.removeAll();
    assert.deepEqual([window.stored(), window.storedBytes()], [[], 0]);
    assert.deepEqual(window.connections(), { connections: [], active: undefined });
    assert.equal(window.account('owner'), undefined);
    const left = (await bytesOnDisk()).toString('latin1');
    for (const text of ['contoso', 'anna', 'damaged-2026']) assert.ok(!left.includes(text), text);
    assert.ok(!(await readdir(folder)).includes('results.db.damaged-2026'));
    putAt(window, 0, 2);
    assert.equal(window.text(ref(), 'output'), 'text');
  });
});

suite('what is purged', () => {
  const size = (window: Window): number => window.stored().reduce((sum, entry) => sum + entry.size, 0);
  const indexes = (window: Window): number[] => window.stored().map(({ facts }) => facts.ref.commandIndex);

  test('the oldest go until the rest fits; what was quoted and what came just now stay', () => {
    const window = openWindow();
    for (const index of [0, 1, 2, 3]) putAt(window, index, index + 1, noise(10_000));
    window.quoteResult(at(1));
    const one = size(window) / 4;
    const gone = window.purge({ maxBytes: one * 2.5, maxAge: undefined, except: at(3) });
    assert.equal(gone.length, 2);
    assert.deepEqual(indexes(window), [3, 1]);
    assert.deepEqual(window.purge({ maxBytes: 1, maxAge: undefined, except: at(3) }), []);
  });

  test('what is older than the days allow goes, and nothing where no rule says so', () => {
    const window = openWindow();
    putAt(window, 0, 1);
    putAt(window, 1, Date.now());
    assert.deepEqual(window.purge({ maxBytes: undefined, maxAge: undefined, except: undefined }), []);
    window.purge({ maxBytes: undefined, maxAge: 60_000, except: undefined });
    assert.deepEqual(indexes(window), [1]);
  });
});

test('a result that is not to be kept is there for this session, and in no file', async () => {
  const window = openWindow();
  window.put(...arrived(resultFile('secret')), { keep: false });
  assert.equal(window.text(ref(), 'output'), 'secret');
  assert.equal(window.list(TENANT).facts.length, 1);
  assert.equal(openWindow().facts(ref()), undefined);
  assert.ok(!(await bytesOnDisk()).includes('collect.ps1'));
});

suite('two windows', () => {
  test('each hears that the other stored, cleared or purged, once, and nothing of its own doing', () => {
    const [one, other] = [openWindow(), openWindow()];
    for (const window of [one, other]) window.changedElsewhere();
    assert.equal(other.changedElsewhere(), undefined);
    putAt(one, 0, 5);
    assert.equal(one.changedElsewhere(), undefined);
    assert.deepEqual(other.changedElsewhere(), [[`commercial|${TENANT.tenantId}|${ref().actionId}|0`, 5]]);
    assert.equal(other.changedElsewhere(), undefined);
    other.deleteResults([at(0)]);
    assert.deepEqual(one.changedElsewhere(), []);
  });
});

suite('a results file with something wrong', () => {
  test('damaged before it is opened: it gets another name, nothing of it is deleted, and a new one serves', async () => {
    const content = 'no database at all, and long enough to be looked at. '.repeat(99);
    await writeFile(path.join(folder, DATABASE), content);
    const window = openWindow();
    const [fault] = window.faults;
    assert.equal(fault?.kind, 'corrupt');
    assert.equal(await readFile(path.join(folder, fault.setAside ?? ''), 'utf8'), content);
    window.putConnection('a', '{}');
    putAt(window, 0, 1);
    assert.equal(openWindow().text(ref(), 'output'), 'text');
    assert.equal(openWindow().connections().active, 'a');
  });

  test('damaged while it is open: what comes next is stored in a new one', async () => {
    const first = openWindow();
    for (let index = 0; index < 30; index++) putAt(first, index, index + 1, noise(5000));
    first.deleteResults([at(29)]);
    const file = path.join(folder, DATABASE);
    const bytes = await readFile(file);
    bytes.fill(0x5a, 4096);
    const window = openWindow();
    await writeFile(file, bytes);
    putAt(window, 0, 100);
    assert.equal(window.text(ref(), 'output'), 'text');
    assert.deepEqual(
      window.faults.map(({ kind }) => kind),
      ['corrupt'],
    );
    assert.ok((await readdir(folder)).some((name) => name.startsWith('results.db.damaged-')));
    assert.equal(openWindow().text(ref(), 'output'), 'text');
  });

  test('taken away while it is open: said, and made anew', async () => {
    const window = openWindow();
    putAt(window, 0, 1);
    for (const end of ['', '-wal', '-shm']) await rm(path.join(folder, DATABASE + end), { force: true });
    assert.equal(window.facts(at(0)), undefined);
    putAt(window, 1, 2);
    assert.deepEqual(
      window.faults.map(({ kind }) => kind),
      ['vanished'],
    );
    assert.equal(openWindow().text(at(1), 'output'), 'text');
  });

  test('locked by another program for longer than we wait: what was fetched is kept in memory, and said', () => {
    const window = openWindow();
    const other = new DatabaseSync(path.join(folder, DATABASE));
    other.exec('BEGIN EXCLUSIVE');
    putAt(window, 0, 1);
    assert.deepEqual(
      window.faults.map(({ kind }) => kind),
      ['locked'],
    );
    assert.equal(window.text(ref(), 'output'), 'text');
    other.exec('ROLLBACK');
    other.close();
    putAt(window, 1, 2);
    assert.equal(openWindow().text(at(1), 'output'), 'text');
  });

  test('locked while it is to be opened: the first request waits for it, and the next tries are short', (context) => {
    const other = new DatabaseSync(path.join(folder, DATABASE));
    other.exec('CREATE TABLE something (value TEXT); BEGIN EXCLUSIVE');
    const now = performance.now.bind(performance);
    let ahead = 0;
    context.mock.method(performance, 'now', () => now() + ahead);
    const begun = now();
    const window = openWindow();
    const first = now() - begun;
    ahead = 60_000;
    const again = now();
    assert.throws(() => window.facts(at(0)), /locked/u);
    const second = now() - again;
    assert.ok(second < first / 5, `${first} ms, then ${second} ms`);
    other.close();
    ahead = 120_000;
    putAt(window, 0, 1);
    assert.equal(openWindow().text(at(0), 'output'), 'text');
  });

  test('a folder in its place: memory serves, connections stay in their file', async () => {
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path.join(folder, DATABASE));
    const window = openWindow();
    assert.deepEqual(
      window.faults.map(({ kind }) => kind),
      ['noAccess'],
    );
    putAt(window, 0, 1);
    assert.equal(window.text(ref(), 'output'), 'text');
    window.putConnection('a', '{}');
    assert.equal(openWindow().connections().active, 'a');
  });
});
