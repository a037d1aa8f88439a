import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { partsOf } from './runFolder.ts';
import { searchFolders } from './search.ts';

/**
 * Looks for every secret that the tenants of a run made in everything that the run left behind.
 *
 * @param runFolder - see runFolder.ts
 * @returns what was searched, in a sentence
 * @throws when a secret is found, by the file's name alone; and when there was nothing to look for or nowhere to look
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
