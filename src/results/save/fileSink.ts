import { constants, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import { LiveResponseError } from '../../base/errors.ts';

/** Results are for whoever fetched them, whatever the mask of the process lets others read. */
const PRIVATE = 0o600;
const NEW = 'wx';
// Windows has no such flag, and makes links for administrators only.
const AGAIN = constants.O_RDWR | ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/**
 * A file that gets its name only when it is whole. Until then its bytes stand beside it, in a file of the same name
 * with `.part` behind it, and what had the name before is untouched.
 *
 * Everything rejects with `fileFailed` and the system's code, and with nothing else.
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

  /** Bytes that are kept by now. */
  get size(): number {
    return this.#size;
  }

  /** Makes sure that it can be written. */
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

  /** The bytes are whole: they are brought to the disk and get their name. */
  async keep(): Promise<void> {
    await orFail(this.#keep());
  }

  /** Lets go of the file; what is kept stays, and may be continued. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    // A handle that cannot be closed, as on a network drive that is gone, is closed for us all the same.
    await this.close().catch(() => undefined);
    if (this.#isOurs) await rm(this.#part, { force: true }).catch(() => undefined);
    this.#isOurs = false;
    this.#size = 0;
  }

  /** As {@link discard}, at the last moment of a window. */
  discardNow(): void {
    if (!this.#isOurs) return;
    try {
      rmSync(this.#part, { force: true });
    } catch {
      // Nobody is there any more to be told.
    }
  }

  async #opened(): Promise<FileHandle> {
    // Never a file, or a link to one, that somebody else put there.
    this.#file ??= await open(this.#part, this.#isOurs ? AGAIN : NEW, PRIVATE);
    this.#isOurs = true;
    return this.#file;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const file = await this.#opened();
    for (let done = 0; done < chunk.length;) {
      // At its place, and not at the end: an attempt that failed may have written a part of it.
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
