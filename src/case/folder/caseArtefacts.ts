import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { asFileFailed } from '../record/recordFiles.ts';
import type { RecordedFile } from '../record/recordLine.ts';

/**
 * Returns the path of a file in the case's folder, with `/`. Null for a file elsewhere: its path would tell about the
 * machine.
 */
export function nameInCase(folder: string, file: string): string | null {
  const name = path.relative(folder, file).split(path.sep).join('/');
  return isNameInCase(name) ? name : null;
}

/** Whether a name leads to a place below the folder, on every system. Anyone may have written it. */
export function isNameInCase(name: string): boolean {
  return name.length <= 1000 && name.split('/').every((part) => /^[^\\:\0]+$/u.test(part) && !/^\.+$/u.test(part));
}

/** Hashes a file that a step wrote. @throws LiveResponseError `fileFailed` */
export async function describeFile(folder: string, file: string): Promise<RecordedFile> {
  return { name: nameInCase(folder, file), ...(await hashFile(file)) };
}

/**
 * Compares a file of the case with what the record says of it.
 *
 * @returns `absent` if it is not there, or if a link is in its place
 */
export async function compareFile(
  folder: string,
  { name, sha256, size }: RecordedFile,
): Promise<'same' | 'other' | 'absent'> {
  if (name === null || !isNameInCase(name)) return 'absent';
  const parts = name.split('/');
  for (const at of parts.keys()) {
    const found = await lstat(path.join(folder, ...parts.slice(0, at + 1))).catch(() => undefined);
    const isLast = at === parts.length - 1;
    if (found === undefined || !(isLast ? found.isFile() : found.isDirectory())) return 'absent';
    if (isLast && found.size !== size) return 'other';
  }
  return (await hashFile(path.join(folder, ...parts))).sha256 === sha256 ? 'same' : 'other';
}

async function hashFile(file: string): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    throw asFileFailed(error);
  }
  return { sha256: hash.digest('hex'), size };
}
