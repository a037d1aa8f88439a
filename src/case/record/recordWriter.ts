import { randomBytes } from 'node:crypto';
import { lstat, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { asFileFailed, makeFolder, readRecord, RECORD_FOLDER, strange, syncFolder, tipsOf } from './recordFiles.ts';
import { FIRST, hashLine, MAX_HEADS, nameOfFile, readLine, RESULTS_A_LINE, toBytes } from './recordLine.ts';
import type { RecordedHead, RecordEvent, RecordLine, StepTime } from './recordLine.ts';

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
}

type Added = Pick<RecordLine, 'own' | 'case' | 'user' | 'after' | 'bytes'>;

/**
 * Appends steps to a file of its own: one line a step, each with the hash of the line before. The file is created with
 * the first step. Nothing that is written is ever changed or cut away.
 */
export class RecordWriter {
  readonly #parts: RecordWriterParts;
  #file: FileHandle | undefined;
  #name = '';
  #lines = 0;
  /** End of a file that was taken away or changed while this window wrote to it. The next file says so. */
  #lost: RecordedHead | undefined;
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
   * Appends a step. Resolves when the disk has it, in a file that is still in the folder.
   *
   * @param time - clocks at the step, if it was earlier
   * @throws LiveResponseError `fileFailed`; the step is then not recorded, and the next one is tried anew
   */
  append(event: RecordEvent, time: StepTime = { at: this.#parts.now() }): Promise<void> {
    const done = this.#queue.then(() => this.#append(event, time));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Closes the file, after the steps that are being written. */
  async close(): Promise<void> {
    await this.#queue;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #append(event: RecordEvent, time: StepTime): Promise<void> {
    try {
      if (await this.#tryAppend(event, time)) return;
      // Somebody took the file away, or changed it. The step is repeated in another one.
      if (!(await this.#tryAppend(event, time))) throw strange();
    } catch (error) {
      throw asFileFailed(error);
    }
  }

  /** Returns false if the file in the folder is not, or no longer, the one that was written to. */
  async #tryAppend(event: RecordEvent, time: StepTime): Promise<boolean> {
    if (this.#file !== undefined && !(await this.#isInPlace(this.#file))) await this.#giveUp();
    const file = this.#file ?? (await this.#begin(time));
    if (this.#isUnsure) await this.#lookBack(file, time);
    const before = this.#head();
    const { results = [] } = event;
    for (let at = 0; at === 0 || at < results.length; at += RESULTS_A_LINE) {
      const part = results.slice(at, at + RESULTS_A_LINE);
      await this.#write(file, time, { ...event, ...(part.length === 0 ? {} : { results: part }) });
    }
    if (await this.#isInPlace(file)) return true;
    await this.#giveUp(before);
    return false;
  }

  /** Whether the folder still has this file, with what was written and nothing else. */
  async #isInPlace(file: FileHandle): Promise<boolean> {
    const ours = await file.stat({ bigint: true });
    const found = await lstat(this.#path(), { bigint: true }).catch(() => undefined);
    if (found?.isFile() !== true || found.dev !== ours.dev || found.ino !== ours.ino) return false;
    return this.#isUnsure ? ours.size >= this.#end : ours.size === BigInt(this.#end);
  }

  async #giveUp(head = this.#head()): Promise<void> {
    this.#lost = head;
    this.#isUnsure = false;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #head(): RecordedHead {
    return { file: this.#name, lines: this.#lines, sha256: this.#prev };
  }

  #path(): string {
    return path.join(this.#parts.folder, RECORD_FOLDER, this.#name);
  }

  /**
   * Creates the file, with its first line. A file or a link that is already there is never written to. If this fails,
   * the next step begins another file.
   */
  async #begin(time: StepTime): Promise<FileHandle> {
    const { folder, caseId, writer, user, now } = this.#parts;
    const records = path.join(folder, RECORD_FOLDER);
    await makeFolder(records);
    const lost = this.#lost;
    const tips = tipsOf(await readRecord(folder));
    const after =
      lost === undefined || tips.some(({ sha256, file: name }) => name === lost.file && sha256 === lost.sha256)
        ? tips
        : [...tips, lost];
    // A line with more would be too long to be read. No team leaves so many, but anyone can plant them.
    if (after.length > MAX_HEADS) throw strange();
    const own = nameOfFile(writer, now(), randomBytes(4).toString('hex'));
    const file = await open(path.join(records, own), 'ax+');
    try {
      [this.#name, this.#lines, this.#seq, this.#end, this.#prev] = [own, 0, 0, 0, FIRST];
      const begun = { own, case: caseId, ...(user === undefined ? {} : { user }), after };
      await this.#write(file, time, { what: 'begun' }, begun);
      await syncFolder(records);
    } catch (error) {
      this.#isUnsure = false;
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#lost = undefined;
    this.#file = file;
    return file;
  }

  async #write(file: FileHandle, { at, clock }: StepTime, event: RecordEvent, added: Added = {}): Promise<void> {
    const { writer, toolVersion } = this.#parts;
    const bytes = toBytes({
      v: 1,
      seq: this.#seq,
      prev: this.#prev,
      at: new Date(at).toISOString(),
      ...(clock === undefined ? {} : { clock }),
      who: writer,
      tool: toolVersion,
      ...event,
      ...added,
    });
    this.#isUnsure = true;
    await writeAll(file, bytes);
    await file.datasync();
    this.#isUnsure = false;
    this.#took(bytes);
    this.#seq++;
  }

  #took(bytes: Uint8Array): void {
    this.#prev = hashLine(bytes);
    this.#lines++;
    this.#end += bytes.length;
  }

  /**
   * Finds out what a write that failed has left. A complete line stays, because another program may have read it. The
   * beginning of a line stays too, with a line end, and the next line says so.
   */
  async #lookBack(file: FileHandle, time: StepTime): Promise<void> {
    const { size } = await file.stat();
    const left = Buffer.alloc(Math.max(0, size - this.#end));
    await file.read(left, 0, left.length, this.#end);
    if (left.length > 0) {
      const isEnded = left.at(-1) === 10;
      if (!isEnded) await writeAll(file, Buffer.from('\n'));
      await file.datasync();
      this.#took(isEnded ? left : Buffer.concat([left, Buffer.from('\n')]));
      if (readLine(isEnded ? left.subarray(0, -1) : left) !== undefined) this.#seq++;
      else await this.#write(file, time, { what: 'torn' }, { bytes: left.length });
    }
    this.#isUnsure = false;
  }
}

/** Writes all bytes at the end, so that nothing is overwritten. A file system may take only a part at once. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}
