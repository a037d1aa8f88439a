import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** What must be in no file: a signed link's signature, and anything that looks like a token. */
const SECRETS = [/[?&]sig=[\w%+/]{8}/u, /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/u];

/** Files below the folders that hold a secret: databases, logs, settings, states, whatever is there. */
export async function filesWithSecrets(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      const file = path.join(folder, name);
      // Sockets and files that go while one looks are none of ours.
      const facts = await stat(file).catch(() => undefined);
      if (facts?.isFile() !== true) continue;
      const text = await readFile(file, 'latin1').catch(() => '');
      if (SECRETS.some((secret) => secret.test(text))) found.push(name);
    }
  }
  return found;
}
