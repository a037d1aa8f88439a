import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { inodeOf } from '../../../../src/storage/database.ts';
import { setFileAside } from '../../../../src/storage/setAside.ts';
import type { StorageFault } from '../../../../src/storage/storageFault.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile } from '../../results/fixtures.ts';

let folder: string;
const faults: StorageFault[] = [];

function create(): WorkerHandlers {
  return createHandlers((fault) => faults.push(fault));
}

/** Opens a window. */
function open(): WorkerHandlers {
  const window = create();
  window.open(folder);
  return window;
}

function readText(window: WorkerHandlers): string | undefined {
  return window.text(ref(), 'output');
}

suite('the file that windows share', () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'shared-'));
    faults.length = 0;
    open().put(...arrived(resultFile('text')));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is damaged: it gets another name, nothing of it is deleted, and a new one serves', async () => {
    const content = 'no database at all, and long enough to be looked at. '.repeat(99);
    const file = path.join(folder, 'shared.db');
    for (const end of ['-wal', '-shm']) await rm(file + end, { force: true });
    await writeFile(file, content);
    const window = open();
    assert.deepEqual(
      faults.map(({ of, kind }) => [of, kind]),
      [['shared', 'corrupt']],
    );
    assert.equal(await readFile(path.join(folder, faults[0]?.setAside ?? ''), 'utf8'), content);
    assert.equal(readText(window), 'text');
    window.putConnection('a', '{}');
    assert.equal(open().connections().active, 'a');
    window.removeAll();
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('damaged')),
      [],
      'removing all data removes it',
    );
  });

  test('cannot be opened: results can be read and stored, and no call is counted where nobody sees it', async () => {
    await rm(path.join(folder, 'shared.db'));
    await mkdir(path.join(folder, 'shared.db'));
    const window = create();
    assert.throws(() => window.open(folder));
    assert.equal(readText(window), 'text');
    window.put(...arrived(resultFile('other'), { ref: ref({ commandIndex: 1 }) }));
    assert.throws(() => window.takeCall('api', 'app', 1));

    window.putConnection('a', '{}');
    window.setAccount('owner', 'anna');
    await rmdir(path.join(folder, 'shared.db'));
    window.open(folder);
    assert.ok('id' in window.takeCall('api', 'app', 1));
    const next = open();
    assert.equal(next.connections().active, 'a', 'what was added meanwhile is kept');
    assert.equal(next.account('owner'), 'anna');
    assert.equal(next.callUsage('api', 'app').minute, 1);
    assert.equal(next.text(ref({ commandIndex: 1 }), 'output'), 'other');
  });

  test('refuses what a window brings: what the window holds in memory stays, and arrives later', () => {
    const window = create();
    window.putConnection('mine', '{}');
    window.setAccount('owner', 'anna');
    const other = new DatabaseSync(path.join(folder, 'shared.db'));
    other.exec(
      `DROP TABLE connections;
       CREATE TABLE connections (name TEXT PRIMARY KEY, json TEXT CHECK (json = ''), activated_at INTEGER DEFAULT 0)`,
    );
    assert.throws(() => window.open(folder), /CHECK/u);
    assert.deepEqual(window.connections().connections, [{ name: 'mine', json: '{}' }]);
    window.putConnection('second', '{}');
    assert.equal(window.account('owner'), 'anna');
    other.exec('DROP TABLE connections');
    other.close();
    window.open(folder);
    const next = open();
    assert.deepEqual(
      next.connections().connections.map(({ name }) => name),
      ['mine', 'second'],
    );
    assert.equal(next.account('owner'), 'anna');
  });

  test('is removed or replaced while windows have it open: they meet in the new one', async () => {
    const one = open();
    assert.ok('id' in one.takeCall('api', 'app', 1));
    for (const end of ['', '-wal', '-shm']) await rm(path.join(folder, `shared.db${end}`), { force: true });
    const other = open();
    other.putConnection('a', '{}');
    assert.equal(other.takeLease('poll', 'other', 30_000), true);
    assert.equal(one.takeLease('poll', 'one', 30_000), false);
    assert.ok('id' in other.takeCall('api', 'app', 1));
    assert.equal(one.callUsage('api', 'app').minute, 1);
    assert.equal(one.connections().active, 'a');
    assert.deepEqual(
      faults.map(({ of, kind }) => [of, kind]),
      [['shared', 'vanished']],
    );
  });

  test('cannot be made again after it was removed: it is tried now and then, and not at each question', async (context) => {
    let time = 1_000_000;
    context.mock.method(performance, 'now', () => time);
    const window = open();
    window.putConnection('a', '{}');
    for (const end of ['', '-wal', '-shm']) await rm(path.join(folder, `shared.db${end}`), { force: true });
    await mkdir(path.join(folder, 'shared.db'));
    const failureNow = (): unknown => {
      try {
        return window.connections();
      } catch (error) {
        return error;
      }
    };
    const first = failureNow();
    assert.ok(first instanceof Error);
    await rmdir(path.join(folder, 'shared.db'));
    assert.equal(failureNow(), first);
    time += 60_000;
    assert.deepEqual(window.connections().connections, []);
  });

  test('is good by the time that a window sets a damaged one aside: it stays', async () => {
    const inode = inodeOf(path.join(folder, 'shared.db'));
    for (const end of ['', '-wal', '-shm'])
      await rename(path.join(folder, `shared.db${end}`), path.join(folder, `old${end}`)).catch(() => undefined);
    open().putConnection('a', '{}');
    assert.equal(setFileAside(folder, 'shared.db', inode), undefined);
    assert.equal(open().connections().active, 'a');
  });
});
