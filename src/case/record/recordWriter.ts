import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { asFileFailed, makeFolder, readRecord, RECORD_FOLDER, syncFolder, tipsOf } from './recordFiles.ts';
import { FIRST, hashLine, nameOfFile, readLine, RESULTS_A_LINE, toBytes } from './recordLine.ts';
import type { RecordedClock, RecordEvent, RecordLine } from './recordLine.ts';

export interface RecordWriterParts {
  /** The case's folder. */
  readonly folder: string;
  /** Id of the case. */
  readonly caseId: string;
  /** Pseudonym: see `isWriter`. */
  readonly writer: string;
  readonly toolVersion: string;
  /** Account on this machine, if the person chose to record it. */
  readonly user?: string | undefined;
  /** ms since 1970. */
  readonly now: () => number;
  readonly clock?: () => RecordedClock | undefined;
}

type Added = Pick<RecordLine, 'own' | 'case' | 'user' | 'after' | 'bytes'>;

/**
 * Appends steps to a file of its own: one line a step, each with the hash of the line before. The file is created with
 * the first step. Nothing that is written is ever changed or cut away.
 */
export class RecordWriter {
  readonly #parts: RecordWriterParts;
  #file: FileHandle | undefined;
  #seq = 0;
  #prev = FIRST;
  /** End of the last line that is known to be complete, bytes. */
  #end = 0;
  #isUnsure = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: RecordWriterParts) {
    this.#parts = parts;
  }

  /**
   * Appends a step. Resolves when the disk has it.
   *
   * @throws LiveResponseError `fileFailed`; the step is then not recorded, and the next one is tried anew
   */
  append(event: RecordEvent): Promise<void> {
    const done = this.#queue.then(() => this.#append(event));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Closes the file, after the steps that are being written. */
  async close(): Promise<void> {
    await this.#queue;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #append(event: RecordEvent): Promise<void> {
    try {
      const file = this.#file ?? (await this.#begin());
      if (this.#isUnsure) await this.#lookBack(file);
      const { results = [] } = event;
      for (let at = 0; at === 0 || at < results.length; at += RESULTS_A_LINE) {
        const part = results.slice(at, at + RESULTS_A_LINE);
        await this.#write(file, { ...event, ...(part.length === 0 ? {} : { results: part }) });
      }
    } catch (error) {
      throw asFileFailed(error);
    }
  }

  /**
   * Creates the file, with its first line. A file or a link that is already there is never written to. If this fails,
   * the next step begins another file.
   */
  async #begin(): Promise<FileHandle> {
    const { folder, caseId, writer, user, now } = this.#parts;
    const records = path.join(folder, RECORD_FOLDER);
    await makeFolder(records);
    const after = tipsOf(await readRecord(folder));
    const own = nameOfFile(writer, now(), randomBytes(4).toString('hex'));
    const file = await open(path.join(records, own), 'wx+');
    try {
      [this.#seq, this.#end, this.#prev] = [0, 0, FIRST];
      const begun = { own, case: caseId, ...(user === undefined ? {} : { user }), after };
      await this.#write(file, { what: 'begun' }, begun);
      await syncFolder(records);
    } catch (error) {
      this.#isUnsure = false;
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#file = file;
    return file;
  }

  async #write(file: FileHandle, event: RecordEvent, added: Added = {}): Promise<void> {
    const { writer, toolVersion, now } = this.#parts;
    const clock = this.#parts.clock?.();
    const bytes = toBytes({
      v: 1,
      seq: this.#seq,
      prev: this.#prev,
      at: new Date(now()).toISOString(),
      ...(clock === undefined ? {} : { clock }),
      who: writer,
      tool: toolVersion,
      ...event,
      ...added,
    });
    this.#isUnsure = true;
    await writeAll(file, bytes, this.#end);
    await file.datasync();
    this.#isUnsure = false;
    this.#took(bytes);
    this.#seq++;
  }

  #took(bytes: Uint8Array): void {
    this.#prev = hashLine(bytes);
    this.#end += bytes.length;
  }

  /**
   * Finds out what a write that failed has left. A complete line stays, because another program may have read it. The
   * beginning of a line stays too, with a line end, and the next line says so.
   */
  async #lookBack(file: FileHandle): Promise<void> {
    const { size } = await file.stat();
    const left = Buffer.alloc(Math.max(0, size - this.#end));
    await file.read(left, 0, left.length, this.#end);
    if (left.length > 0) {
      const isEnded = left.at(-1) === 10;
      if (!isEnded) await writeAll(file, Buffer.from('\n'), size);
      await file.datasync();
      this.#took(isEnded ? left : Buffer.concat([left, Buffer.from('\n')]));
      if (readLine(isEnded ? left.subarray(0, -1) : left) !== undefined) this.#seq++;
      else await this.#write(file, { what: 'torn' }, { bytes: left.length });
    }
    this.#isUnsure = false;
  }
}

/** Writes all bytes at a place. A file system may take only a part at once. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
