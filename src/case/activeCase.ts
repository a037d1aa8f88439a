import { Emitter } from '../base/emitter.ts';
import { LiveResponseError } from '../base/errors.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { CaseTools } from './caseTools.ts';
import { isGuid } from '../base/resultUri.ts';
import type { RecordedClock, RecordedResult, RecordEvent, StepTime } from './record/recordLine.ts';
import type { RecordWriter } from './record/recordWriter.ts';

const KEY = 'liveResponse.case';

/** The case of a workspace, and what this person chose for it. It stays on this machine. */
export interface CaseChoice {
  /** Path of the case's folder. */
  readonly folder: string;
  readonly id: string;
  readonly name: string;
  /** Pseudonym: see `isWriter`. Empty before a record or a mark needs it. */
  readonly writer: string;
  /** Whether steps are recorded. */
  readonly records: boolean;
  /** Whether the record names the account on this machine. */
  readonly namesUser: boolean;
}

export interface ActiveCaseParts {
  /** VS Code's storage for the workspace. */
  readonly state: { readonly get: (key: string) => unknown; readonly update: (key: string, value: unknown) => unknown };
  readonly loadTools: () => Promise<CaseTools>;
  readonly toolVersion: string;
  /** Returns the account on this machine. */
  readonly user: () => string;
  /** Whether a rule of the organisation allows a record. */
  readonly isAllowed: () => boolean;
  /** Called when a step could not be recorded. */
  readonly onFailure: (error: unknown) => void;
}

/** Paths of a step on this machine. The record names them by their place in the case's folder, or not at all. */
export interface StepPlaces {
  /** File that the step wrote. It is hashed. */
  readonly file?: string | undefined;
  readonly note?: string | null | undefined;
}

/** The case that is open in this workspace. Without one, nothing is written and nothing is loaded. */
export class ActiveCase {
  readonly #parts: ActiveCaseParts;
  readonly #changed = new Emitter<void>();
  #writer: { readonly writer: RecordWriter; readonly of: CaseChoice } | undefined;
  #current: CaseChoice | undefined;
  #clock: RecordedClock | undefined;
  #isTold = false;
  #last: Promise<void> = Promise.resolve();

  /** Fires when a case was opened or closed. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: ActiveCaseParts) {
    this.#parts = parts;
    this.#current = readChoice(parts.state.get(KEY));
  }

  get current(): CaseChoice | undefined {
    return this.#current;
  }

  /** Whether a rule of the organisation allows a record. */
  get isAllowed(): boolean {
    return this.#parts.isAllowed();
  }

  /** Whether steps are recorded now. */
  get records(): boolean {
    return this.#current?.records === true && this.#parts.isAllowed();
  }

  /** Loads the functions on the files of a case. */
  tools(): Promise<CaseTools> {
    return this.#parts.loadTools();
  }

  /** Makes this the workspace's case; undefined closes the one that is open. */
  async choose(choice: CaseChoice | undefined): Promise<void> {
    // A step meanwhile belongs to neither case.
    this.#current = undefined;
    await this.#closeWriter();
    this.#current = choice;
    await this.#parts.state.update(KEY, choice);
    this.#changed.fire();
  }

  /** Keeps the pseudonym for marks, if the person named none before. */
  async nameWriter(writer: string): Promise<void> {
    if (this.#current === undefined || this.#current.writer !== '') return;
    this.#current = { ...this.#current, writer };
    await this.#parts.state.update(KEY, this.#current);
    this.#changed.fire();
  }

  /** Records a step if the person chose to. Does not delay the caller. The first of several failures is told. */
  note(event: RecordEvent, places: StepPlaces = {}): void {
    const choice = this.#current;
    if (choice === undefined || !this.records) return;
    const time = { at: Date.now(), clock: this.#clock };
    this.#last = this.#last
      .then(async () => {
        await this.#append(choice, event, places, time);
        this.#isTold = false;
      })
      .catch((error: unknown) => {
        // A run over hundreds of devices would tell a full disk as often.
        if (!this.#isTold) this.#parts.onFailure(error);
        this.#isTold = true;
      });
  }

  /** Waits until every step so far is on the disk, or was told as a failure. */
  async settle(): Promise<void> {
    await this.#last;
  }

  /** Records that a result has arrived, and remembers what its answer says about the clocks. */
  noteReceived(facts: StoredFacts): void {
    const { date } = facts.blob;
    const { answeredAt } = facts;
    const server = Date.parse(date ?? '');
    if (date !== undefined && answeredAt !== undefined && !Number.isNaN(server)) {
      // The header can hold any text of the server behind the time. The record is for good, so only the time goes there.
      this.#clock = { server: new Date(server).toISOString(), offset: Math.round((answeredAt - server) / 1000) };
    }
    this.note({ what: facts.opened === undefined ? 'fetched' : 'opened', results: [toRecorded(facts)] });
  }

  /** Completes what is being recorded, and closes the file. */
  dispose(): Promise<void> {
    return this.#closeWriter();
  }

  async #append(choice: CaseChoice, event: RecordEvent, { file, note }: StepPlaces, time: StepTime): Promise<void> {
    const tools = await this.#parts.loadTools();
    if (this.#writer !== undefined && this.#writer.of !== choice) {
      const other = this.#writer.writer;
      this.#writer = undefined;
      await other.close();
    }
    this.#writer ??= { writer: await this.#begin(tools, choice), of: choice };
    const { writer } = this.#writer;
    const { folder } = choice;
    const step = {
      ...event,
      ...(note === undefined ? {} : { note: note === null ? null : tools.nameInCase(folder, note) }),
      ...(file === undefined ? {} : { file: await tools.describeFile(folder, file) }),
    };
    await writer.append(step, time);
  }

  async #begin(tools: CaseTools, { folder, id, writer, namesUser }: CaseChoice): Promise<RecordWriter> {
    // The folder may hold another case by now, or none.
    const { id: there } = await tools.readCase(folder);
    if (there !== id) throw new LiveResponseError('fileFailed', { reason: 'strangeCase' });
    const { toolVersion, user } = this.#parts;
    return tools.createWriter({
      ...{ folder, caseId: id, writer, toolVersion, now: Date.now },
      ...(namesUser ? { user: user() } : {}),
    });
  }

  async #closeWriter(): Promise<void> {
    await this.#last;
    const writer = this.#writer?.writer;
    this.#writer = undefined;
    await writer?.close().catch(this.#parts.onFailure);
  }
}

/** Returns what a record says of a result. */
export function toRecorded({ ref, sha256, name }: Pick<StoredFacts, 'ref' | 'sha256' | 'name'>): RecordedResult {
  return { connection: name.connection, ...ref, sha256 };
}

/** Reads a stored choice. An older or a newer version may have written it. */
function readChoice(value: unknown): CaseChoice | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { folder, id, name, writer, records, namesUser } = value as Readonly<Record<string, unknown>>;
  if (typeof folder !== 'string' || typeof name !== 'string' || typeof writer !== 'string' || !isGuid(id)) {
    return undefined;
  }
  return { folder, id, name, writer, records: records === true, namesUser: namesUser === true };
}
