import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { hashUnpacked, safeFileName } from '../results/save/unpackedHash.ts';
import type { Verdict } from './compareEvidence.ts';
import type { SavedFileNote, StatedFile } from './savedFileLines.ts';

/** Verdict on a saved file, the reason for it, and the name of the file that was compared. */
export interface SavedFileComparison {
  readonly verdict: Verdict;
  readonly finding: 'sameFile' | 'sameGzip' | 'otherInside' | 'otherFile' | 'noSuchFile' | 'noFileHash';
  readonly file: string;
}

interface FoundFile {
  readonly path: string;
  readonly size: number;
}

/** Number of files whose size is asked for at once. */
const AT_ONCE = 32;

/**
 * Looks for saved files in folders, by the sizes and hashes that a note states. The folders are listed once, and only
 * files of a stated size are read, each once. Links are not followed, and no folder within the folders is entered.
 */
export class SavedFiles {
  readonly #folders: readonly string[];
  readonly #signal: AbortSignal;
  #listed: Promise<readonly FoundFile[]> | undefined;
  readonly #hashes = new Map<string, string | undefined>();

  /** @param folders - folders on this machine; those that cannot be read count as empty */
  constructor(folders: readonly string[], signal: AbortSignal) {
    this.#folders = [...new Set(folders)];
    this.#signal = signal;
  }

  /** Compares a line of a note with the files. @throws an `AbortError` if the signal is aborted */
  async check({ names, saved, inside }: SavedFileNote): Promise<SavedFileComparison> {
    this.#signal.throwIfAborted();
    if (saved === undefined) return { verdict: 'unknown', finding: 'noFileHash', file: '' };
    this.#listed ??= this.#list();
    const files = await this.#listed;
    // The file itself, if somebody has unpacked it.
    const itself = inside === undefined ? undefined : await this.#find(files, inside);
    if (itself !== undefined) return { verdict: 'matching', finding: 'sameFile', file: path.basename(itself) };
    const found = await this.#find(files, saved);
    if (found !== undefined) return this.#unpacked(found, inside);
    const own = safeFileName(names[1] ?? '').toLowerCase();
    const namesake = files.find(
      (file) =>
        own !== '' &&
        (file.size === saved.size || file.size === inside?.size) &&
        [own, `${own}.gz`].includes(path.basename(file.path).toLowerCase()),
    );
    return namesake === undefined
      ? { verdict: 'unknown', finding: 'noSuchFile', file: '' }
      : { verdict: 'changed', finding: 'otherFile', file: path.basename(namesake.path) };
  }

  /** Returns the verdict on a saved file that has the stated hash: the file inside it must have its own. */
  async #unpacked(file: string, inside: StatedFile | undefined): Promise<SavedFileComparison> {
    const name = path.basename(file);
    if (inside === undefined) return { verdict: 'matching', finding: 'sameFile', file: name };
    const unpacked = await hashUnpacked(file, this.#signal);
    this.#signal.throwIfAborted();
    return unpacked?.sha256 === inside.sha256 && unpacked.size === inside.size
      ? { verdict: 'matching', finding: 'sameGzip', file: name }
      : { verdict: 'changed', finding: 'otherInside', file: name };
  }

  async #find(files: readonly FoundFile[], { size, sha256 }: StatedFile): Promise<string | undefined> {
    for (const file of files) {
      if (file.size === size && (await this.#hashOf(file.path)) === sha256) return file.path;
    }
    return undefined;
  }

  async #list(): Promise<readonly FoundFile[]> {
    const found: FoundFile[] = [];
    for (const folder of this.#folders) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      const paths = entries.filter((entry) => entry.isFile()).map(({ name }) => path.join(folder, name));
      for (let at = 0; at < paths.length; at += AT_ONCE) {
        this.#signal.throwIfAborted();
        const sizes = paths.slice(at, at + AT_ONCE).map(async (one) => {
          const { size } = await stat(one).catch(() => ({ size: -1 }));
          return { path: one, size };
        });
        found.push(...(await Promise.all(sizes)));
      }
    }
    return found;
  }

  /** Returns the SHA-256 of a file; undefined if it cannot be read. */
  async #hashOf(file: string): Promise<string | undefined> {
    if (this.#hashes.has(file)) return this.#hashes.get(file);
    const hash = createHash('sha256');
    let found: string | undefined;
    try {
      await pipeline(createReadStream(file), hash, { signal: this.#signal });
      found = hash.digest('hex');
    } catch (error) {
      if (this.#signal.aborted) throw error;
    }
    this.#hashes.set(file, found);
    return found;
  }
}
