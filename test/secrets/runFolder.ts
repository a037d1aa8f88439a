import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Names the private folder of one run of the whole suite. Without it nothing is noted and nothing is kept. */
const VARIABLE = 'LIVE_RESPONSE_TEST_SECRETS';

/** Where the secrets that tenants made are noted, and where the parts leave what they would else have removed. */
export function partsOf(runFolder: string): { readonly notes: string; readonly kept: string } {
  return { notes: path.join(runFolder, 'notes'), kept: path.join(runFolder, 'kept') };
}

/** Opens the folder for this process and all that it starts; only this user may look into it. Whoever opens it removes it. */
export async function openRunFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'live-response-run-'));
  const { notes, kept } = partsOf(folder);
  await mkdir(notes, { mode: 0o700 });
  await mkdir(kept, { mode: 0o700 });
  process.env[VARIABLE] = folder;
  return folder;
}

/** Notes a secret that was just made, so that it can be looked for when all is over. */
export function noteSecret(secret: string): void {
  const folder = process.env[VARIABLE];
  if (folder === undefined) return;
  // A file each process: nobody waits for another one.
  appendFileSync(path.join(partsOf(folder).notes, String(process.pid)), `${secret}\n`, { mode: 0o600 });
}

/** Keeps a text that would be gone with this process: a server's log, a recording. */
export function keepText(name: string, text: string): void {
  const folder = process.env[VARIABLE];
  if (folder !== undefined) appendFileSync(path.join(partsOf(folder).kept, `${randomUUID()}-${name}`), text);
}

/** Removes a temporary folder. During a run of the whole suite its named parts are kept until the end. */
export async function removeFolder(folder: string, parts: readonly string[]): Promise<void> {
  const runFolder = process.env[VARIABLE];
  for (const part of runFolder === undefined ? [] : parts) {
    const from = path.join(folder, part);
    const exists = (await stat(from).catch(() => undefined)) !== undefined;
    if (exists) await rename(from, path.join(partsOf(runFolder ?? '').kept, `${randomUUID()}-${part}`));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
