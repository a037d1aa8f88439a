import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { partsOf } from './runFolder.ts';
import { searchFolders } from './search.ts';

/**
 * Searches everything that a run left behind for every secret that its tenants made.
 *
 * @param runFolder - see runFolder.ts
 * @returns a sentence about the searched files
 * @throws when a file holds a secret (the error gives only the file's name); and when there is no secret to search for
 * or no file to search
 */
export async function checkRun(runFolder: string): Promise<string> {
  const { notes, kept } = partsOf(runFolder);
  const secrets = new Set<string>();
  for (const name of await readdir(notes)) {
    for (const secret of (await readFile(path.join(notes, name), 'utf8')).split('\n'))
      if (secret !== '') secrets.add(secret);
  }
  if (secrets.size === 0) throw new Error('No part that ran before made a secret, so there is none to search for.');
  const { files, leaks } = await searchFolders([kept], [...secrets]);
  if (files === 0) throw new Error('No part that ran before left a file behind, so there is nothing to search.');
  if (leaks.length > 0) throw new Error(`A secret is in ${leaks.length} of ${files} files:\n${leaks.join('\n')}`);
  return `none of ${secrets.size} secrets is in any of ${files} files`;
}
