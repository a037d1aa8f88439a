import { constants, lstatSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import { LiveResponseError, systemCodeOf } from '../../base/errors.ts';

/** Mode of the file. Only the user who fetched the result can read it, even if the umask of the process allows more. */
const PRIVATE = 0o600;
const NEW = 'wx';
// Windows has no `O_NOFOLLOW`. Only administrators can create links there.
const AGAIN = constants.O_RDWR | ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/**
 * Writes a file as `<name>.part`, and renames it when it is complete. A file that already has the final name does not
 * change until then.
 *
 * Every method rejects only with `fileFailed` and the system's error code. The exception is {@link close}, which does
 * not convert errors.
 */
export class FileSink implements DownloadSink {
  readonly #target: string;
  readonly #part: string;
  #file: FileHandle | undefined;
  #isOurs = false;
  #inode: bigint | undefined;
  #size = 0;

  /** @param target - path on this machine */
  constructor(target: string) {
    this.#target = target;
    this.#part = `${target}.part`;
  }

  /** Number of bytes that have been written so far. */
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

  /** Completes the file: flushes its bytes to the disk and gives it its final name. */
  async keep(): Promise<void> {
    await orFail(this.#keep());
  }

  /** Closes the file. Its bytes stay, so that a later run can continue it. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Deletes the unfinished file. */
  async discard(): Promise<void> {
    // If a handle cannot be closed, for example on a lost network drive, it is treated as closed.
    await this.close().catch(() => undefined);
    this.discardNow();
    this.#isOurs = false;
    this.#size = 0;
  }

  /** Deletes the unfinished file as {@link discard} does, but synchronously. Used while the window closes. */
  discardNow(): void {
    if (!this.#isOurs) return;
    try {
      if (!this.#isReplaced()) rmSync(this.#part, { force: true });
    } catch {
      // The file stays. The fault for which it is deleted says more.
    }
  }

  async #opened(): Promise<FileHandle> {
    // These flags refuse a file, or a link to a file, that another program created at this place.
    if (this.#file !== undefined) return this.#file;
    if (!this.#isOurs) this.#inode = undefined;
    const file = await open(this.#part, this.#isOurs ? AGAIN : NEW, PRIVATE);
    // Ours from here on, so that it is removed whatever fails next.
    this.#isOurs = true;
    try {
      const { size, ino } = await file.stat({ bigint: true });
      this.#inode ??= ino;
      // While ours was closed, another program put its own file here.
      if (this.#inode !== ino) throw anotherFile();
      // Another program cut the file off. A gap would be filled with zeros, and the hash would not be the file's.
      if (Number(size) < this.#size)
        throw Object.assign(new Error('the unfinished file is shorter'), { code: 'ENOENT' });
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    return file;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const file = await this.#opened();
    for (let done = 0; done < chunk.length;) {
      // Bytes are written at a fixed place, not at the end, because a failed attempt may have written a part of the
      // chunk.
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, this.#size + done);
      done += bytesWritten;
    }
  }

  /** Whether another program's file has the name of the unfinished one. It must be neither kept nor deleted. */
  #isReplaced(): boolean {
    const there = lstatSync(this.#part, { bigint: true, throwIfNoEntry: false });
    return there !== undefined && this.#inode !== undefined && there.ino !== this.#inode;
  }

  async #keep(): Promise<void> {
    const file = await this.#opened();
    await file.truncate(this.#size);
    await file.sync();
    await this.close();
    if (this.#isReplaced()) throw anotherFile();
    await rename(this.#part, this.#target);
    this.#isOurs = false;
  }
}

function anotherFile(): Error {
  return Object.assign(new Error('another file has the name of the unfinished one'), { code: 'EEXIST' });
}

async function orFail<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw new LiveResponseError('fileFailed', { systemCode: systemCodeOf(error) });
  }
}
