import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inodeOf } from './database.ts';

/** SQLite's own files beside a database. They are renamed with it, because they belong to this database only. */
const COMPANIONS = ['-wal', '-shm'];
/** Part of the name of a damaged file, before the time at which it was renamed. */
const DAMAGED = '.damaged-';

/**
 * Renames a damaged database and its companions. If one of them cannot be renamed, none is: a log beside another database
 * would be lost.
 *
 * @param inode - of the file that is damaged. Another window may have set it aside, and begun a good one, in between
 * @returns the new name; undefined if another file has the name now, which stays
 * @throws the error of the file system
 */
export function setFileAside(folder: string, file: string, inode: bigint | undefined): string | undefined {
  if (inodeOf(join(folder, file)) !== inode) return undefined;
  const name = `${file}${DAMAGED}${new Date().toISOString().replaceAll(/[:.]/gu, '')}`;
  const renamed: string[] = [];
  try {
    for (const end of ['', ...COMPANIONS]) {
      const path = join(folder, file + end);
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
      renameSync(path, join(folder, name + end));
      renamed.push(end);
    }
  } catch (error) {
    for (const end of renamed) renameSync(join(folder, name + end), join(folder, file + end));
    throw error;
  }
  return name;
}

/** Deletes every damaged file that was set aside. */
export function deleteSetAside(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^\w+\.db\.damaged-/u.test(name)) rmSync(join(folder, name), { force: true });
  }
}
