import { constants, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import { LiveResponseError } from '../../base/errors.ts';

/** Mode of the file: only the user who fetched a result may read it, whatever the process's umask allows others. */
const PRIVATE = 0o600;
const NEW = 'wx';
// Windows has no such flag, and makes links for administrators only.
const AGAIN = constants.O_RDWR | ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/**
 * Writes a file as `<name>.part`, and renames it when it is whole. Until then a file that has the final name stays
 * untouched.
 *
 * Every method rejects only with `fileFailed` and the system's code, except {@link close}, which does not convert
 * errors.
 */
export class FileSink implements DownloadSink {
  readonly #target: string;
  readonly #part: string;
  #file: FileHandle | undefined;
  #isOurs = false;
  #size = 0;

  /** @param target - path on this machine */
  constructor(target: string) {
    this.#target = target;
    this.#part = `${target}.part`;
  }

  /** Number of bytes that were written by now. */
  get size(): number {
    return this.#size;
  }

  /** Makes sure that the file can be written. */
  async open(): Promise<void> {
    await orFail(this.#opened());
  }

  async append(chunk: Uint8Array): Promise<void> {
    await orFail(this.#write(chunk));
    this.#size += chunk.length;
  }

  async clear(): Promise<void> {
    this.#size = 0;
    await orFail(this.#opened().then((file) => file.truncate(0)));
  }

  /** Ends the file: brings its bytes to the disk and gives it its name. */
  async keep(): Promise<void> {
    await orFail(this.#keep());
  }

  /** Closes the file. Its bytes stay, and may be continued. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Deletes what was written. */
  async discard(): Promise<void> {
    // A handle that cannot be closed, as on a lost network drive, is treated as closed.
    await this.close().catch(() => undefined);
    if (this.#isOurs) await rm(this.#part, { force: true }).catch(() => undefined);
    this.#isOurs = false;
    this.#size = 0;
  }

  /** Deletes what was written, as {@link discard} does, but synchronously, at the last moment of a window. */
  discardNow(): void {
    if (!this.#isOurs) return;
    try {
      rmSync(this.#part, { force: true });
    } catch {
      // Nobody is left who could be notified.
    }
  }

  async #opened(): Promise<FileHandle> {
    // Never opens a file, or a link to one, that another program put there.
    this.#file ??= await open(this.#part, this.#isOurs ? AGAIN : NEW, PRIVATE);
    this.#isOurs = true;
    return this.#file;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const file = await this.#opened();
    for (let done = 0; done < chunk.length;) {
      // Writes at a fixed place, not at the end: a failed attempt may have written a part of the chunk.
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, this.#size + done);
      done += bytesWritten;
    }
  }

  async #keep(): Promise<void> {
    const file = await this.#opened();
    await file.truncate(this.#size);
    await file.sync();
    await this.close();
    await rename(this.#part, this.#target);
    this.#isOurs = false;
  }
}

async function orFail<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    throw new LiveResponseError('fileFailed', { systemCode: code });
  }
}
