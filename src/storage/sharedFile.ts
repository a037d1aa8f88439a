import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './database.ts';
import { setFileAside } from './setAside.ts';
import { faultKindOf, reasonOf } from './storageFault.ts';
import type { StorageFault } from './storageFault.ts';

/** Name of the file in our folder that all windows share. */
const SHARED_FILE = 'shared.db';

/**
 * Opens the file that all windows share. A damaged file is renamed, and a new one begun: no window could work with it any
 * more. It is opened twice before that, because another window may have begun a new one in between.
 *
 * @param onFault - receives each fault
 * @throws any error of SQLite or the file system that a new file does not solve
 */
export function openSharedFile(folder: string, schema: string, onFault: (fault: StorageFault) => void): DatabaseSync {
  const open = (): DatabaseSync => openDatabase(folder, SHARED_FILE, schema);
  for (let tries = 1; ; tries++) {
    try {
      return open();
    } catch (error) {
      if (faultKindOf(error) !== 'corrupt') throw error;
      if (tries === 1) continue;
      onFault({ of: 'shared', kind: 'corrupt', setAside: setFileAside(folder, SHARED_FILE), reason: reasonOf(error) });
      return open();
    }
  }
}
