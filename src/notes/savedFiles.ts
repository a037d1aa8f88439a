import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SavedFileNote } from './savedFileLines.ts';
import type { Verdict } from './compareEvidence.ts';

/** Maximum number of files whose hashes are compared for one line of a note. */
const MOST_FILES = 50;

/** Verdict on a saved file, the reason for it, and the name of the file that was compared. */
export interface SavedFileComparison {
  readonly verdict: Verdict;
  readonly finding: 'sameFile' | 'otherFile' | 'noSuchFile' | 'noFileHash';
  readonly file: string;
}

/**
 * Looks for a saved file in folders, by the size and the hash that a note states. Only files of this size are read.
 * Links are not followed, and no folder within the folders is entered.
 *
 * @param folders - folders on this machine; those that cannot be read count as empty
 * @throws an `AbortError` if the signal is aborted
 */
export async function checkSavedFile(
  { files, names }: Pick<SavedFileNote, 'files' | 'names'>,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<SavedFileComparison> {
  if (files.length === 0) return { verdict: 'unknown', finding: 'noFileHash', file: '' };
  const candidates = (await Promise.all([...new Set(folders)].map(filesIn))).flat();
  const ofSize = candidates.filter(({ size }) => files.some((stated) => stated.size === size)).slice(0, MOST_FILES);
  let namesake: string | undefined;
  for (const { file, size } of ofSize) {
    const sha256 = await hashOf(file, signal);
    if (files.some((stated) => stated.size === size && stated.sha256 === sha256)) {
      return { verdict: 'matching', finding: 'sameFile', file: path.basename(file) };
    }
    if (sha256 !== undefined && isNamesake(file, names)) namesake ??= path.basename(file);
  }
  return namesake === undefined
    ? { verdict: 'unknown', finding: 'noSuchFile', file: '' }
    : { verdict: 'changed', finding: 'otherFile', file: namesake };
}

async function filesIn(folder: string): Promise<{ readonly file: string; readonly size: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries
    .filter((entry) => entry.isFile())
    .map(async ({ name }) => {
      const file = path.join(folder, name);
      const { size } = await stat(file).catch(() => ({ size: -1 }));
      return { file, size };
    });
  return Promise.all(found);
}

/** Returns the SHA-256 of a file; undefined if it cannot be read. */
async function hashOf(file: string, signal: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash, { signal });
    return hash.digest('hex');
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** Whether a file has the name of the device's file. Windows paths are read on every system. */
function isNamesake(file: string, names: readonly string[]): boolean {
  const own = names.at(-1)?.split(/[\\/]/u).at(-1) ?? '';
  return own !== '' && path.basename(file).toLowerCase().includes(own.toLowerCase());
}
