import assert from 'node:assert/strict';
import { renameSync, symlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { FileSink } from '../../src/results/save/fileSink.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { encodeText, writeFile as writeInWorker } from '../../src/worker/writeFile.ts';
import type { StorageFault } from '../../src/storage/storageFault.ts';
import { arrived, ref, resultFile } from '../unit/results/fixtures.ts';

let directory = '';
let folder = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'links-'));
  folder = path.join(directory, 'ours');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const CONTENT = 'a file of the person, which is none of our business';
const elsewhere = (): string => path.join(directory, 'elsewhere');

/** Puts a link to a foreign file in the place of one of our files. */
async function link(name: string, content: string | undefined): Promise<void> {
  createHandlers().open(folder);
  if (content !== undefined) await writeFile(elsewhere(), content);
  await rm(path.join(folder, name), { force: true });
  await symlink(elsewhere(), path.join(folder, name));
}

// On Windows only administrators can make links.
suite('a symbolic link in our folder', { skip: process.platform === 'win32' }, () => {
  for (const name of ['results.db', 'results.db-wal', 'results.db-shm', 'results.db-journal']) {
    for (const content of [CONTENT, '', undefined]) {
      const what = content === undefined ? 'to nothing' : content === '' ? 'to an empty file' : 'to a file';
      test(`${name} ${what}: it is not followed, the fault is said, and the session goes on in memory`, async () => {
        await link(name, content);
        const faults: StorageFault[] = [];
        const handlers = createHandlers((fault) => faults.push(fault));
        handlers.open(folder);
        handlers.put(...arrived(resultFile('kept')));
        assert.equal(handlers.text(ref(), 'output'), 'kept');
        assert.equal(faults[0]?.kind, 'noAccess');
        assert.equal(await readFile(elsewhere(), 'utf8').catch(() => undefined), content);
      });
    }
  }

  for (const name of ['shared.db', 'shared.db-wal']) {
    test(`${name}: the databases are not opened, and memory serves`, async () => {
      await link(name, '');
      const handlers = createHandlers();
      assert.throws(() => handlers.open(folder), { name: 'LinkRefused' });
      handlers.putConnection('a', '{}');
      assert.equal(handlers.connections().active, 'a');
      assert.equal(await readFile(elsewhere(), 'utf8'), '');
    });
  }

  test('in place of the open file: nothing is written through it', () => {
    const faults: StorageFault[] = [];
    const handlers = createHandlers((fault) => faults.push(fault));
    handlers.open(folder);
    handlers.put(...arrived(resultFile('first')));
    // The same file behind a link, so that its content does not reveal the change. Done at once: the cleanup between
    // two requests would make a new file meanwhile.
    renameSync(path.join(folder, 'results.db'), elsewhere());
    symlinkSync(elsewhere(), path.join(folder, 'results.db'));
    handlers.put(...arrived(resultFile('second'), { fetchedAt: 2 }));
    const database = new DatabaseSync(elsewhere());
    assert.equal(database.prepare('SELECT fetched_at FROM results').get()?.['fetched_at'], 1000);
    database.close();
    assert.equal(handlers.text(ref(), 'output'), 'second');
    assert.ok(faults.some(({ kind }) => kind === 'noAccess'));
  });

  test('among the files that were set aside: Remove All Data removes the link, and not what it leads to', async () => {
    await link('results.db.damaged-2026', CONTENT);
    const handlers = createHandlers();
    handlers.open(folder);
    handlers.removeAll();
    assert.equal(await readFile(elsewhere(), 'utf8'), CONTENT);
    await assert.rejects(readFile(path.join(folder, 'results.db.damaged-2026')));
  });

  test('in place of a file that is being written: it is not followed', async () => {
    await writeFile(elsewhere(), CONTENT);
    const target = path.join(directory, 'saved');
    const sink = new FileSink(target);
    await sink.open();
    await sink.close();
    await rm(`${target}.part`);
    await symlink(elsewhere(), `${target}.part`);
    await assert.rejects(sink.append(Buffer.from('overwritten')), { code: 'fileFailed' });
    assert.throws(() => writeInWorker(target, encodeText('overwritten')), { name: 'FileFailed' });
    assert.equal(await readFile(elsewhere(), 'utf8'), CONTENT);
  });
});
