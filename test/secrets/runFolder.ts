import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Environment variable with the private folder of one run of the whole suite. Without it no secret is noted and no file
 * is kept.
 */
const VARIABLE = 'LIVE_RESPONSE_TEST_SECRETS';

/** Returns the folder of the noted secrets, and the folder for files that the tests would otherwise have removed. */
export function partsOf(runFolder: string): { readonly notes: string; readonly kept: string } {
  return { notes: path.join(runFolder, 'notes'), kept: path.join(runFolder, 'kept') };
}

/** Opens the folder for this process and its children. Only this user can read it. The caller removes it. */
export async function openRunFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'live-response-run-'));
  const { notes, kept } = partsOf(folder);
  await mkdir(notes, { mode: 0o700 });
  await mkdir(kept, { mode: 0o700 });
  process.env[VARIABLE] = folder;
  return folder;
}

/** Notes a new secret, so that the check at the end of the run can search for it. */
export function noteSecret(secret: string): void {
  const folder = process.env[VARIABLE];
  if (folder === undefined) return;
  // One file for each process, so that no process waits for another.
  appendFileSync(path.join(partsOf(folder).notes, String(process.pid)), `${secret}\n`, { mode: 0o600 });
}

/** Keeps a text that would end with this process: a server's log, a recording. */
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
