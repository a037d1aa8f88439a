import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';

/** The report of a process with a system limit, about a window that stored two results. */
interface Told {
  readonly kinds: readonly string[];
  readonly texts: readonly (string | null)[];
  readonly opened: string;
}

const SCRIPT = path.join(import.meta.dirname, 'windowUnderLimit.ts');

/** @param limit - a shell command that sets the limit */
async function storeUnder(limit: string, folder: string, uid?: number): Promise<Told> {
  const command = `${limit}; exec "$0" --disable-warning=ExperimentalWarning "$1" "$2"`;
  const options = uid === undefined ? {} : { uid, gid: uid };
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command, process.execPath, SCRIPT, folder], options);
  return JSON.parse(stdout) as Told;
}

// Limits of POSIX. On Windows the same faults have the same SQLite codes.
suite('a machine that gives no room', { skip: process.platform === 'win32' }, () => {
  test('a disk that is full: what was fetched is there for the session, what was stored before stays, and it is said', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'full-'));
    try {
      await storeUnder('true', folder);
      const told = await storeUnder('ulimit -f 256', folder);
      assert.ok(told.kinds.includes('full'), JSON.stringify(told));
      assert.deepEqual(told.texts, ['small', 'large']);
      const afterwards = await storeUnder('true', folder);
      assert.deepEqual([afterwards.kinds, afterwards.texts], [[], ['small', 'large']], 'the file is whole');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a folder that may not be written: memory serves', async (context) => {
    // A user who may write anywhere never has such a folder, so root becomes the user nobody for it.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const parent = await mkdtemp(path.join(os.tmpdir(), 'readonly-'));
    context.after(async () => {
      await chmod(parent, 0o700);
      await rm(parent, { recursive: true });
    });
    await mkdir(path.join(parent, 'ours'));
    await chmod(path.join(parent, 'ours'), 0o555);
    await chmod(parent, 0o555);
    const told = await storeUnder('true', path.join(parent, uid === undefined ? 'new' : 'ours'), uid);
    assert.match(told.opened, /EACCES|EPERM|readonly|unable to open/u);
    assert.deepEqual(told.texts, ['small', 'large']);
  });
});
