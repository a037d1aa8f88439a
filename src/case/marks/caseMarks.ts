import { Emitter } from '../../base/emitter.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { refOf } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { ActiveCase, CaseChoice } from '../activeCase.ts';
import type { ReadMarks } from './markFiles.ts';
import type { Mark, MarkLine } from './markLine.ts';
import { markKey } from './mergeMarks.ts';
import type { Remark, ResultMarks } from './mergeMarks.ts';
import type { PackMarks } from './packMarks.ts';

type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

const UNMARKED: ResultMarks = { isReviewed: false, tags: [], remarks: [] };

export interface CaseMarksParts {
  readonly activeCase: ActiveCase;
  /** Calls the function when a file of marks in this folder changes, and returns what ends that. */
  readonly watch: (folder: string, changed: () => void) => { readonly dispose: () => unknown };
  /** Called when the marks could not be read. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Marks of the open case, of all writers. Without a case, and where a rule of the organisation forbids a record, there
 * are none: nothing is read, and nothing can be written. Beside them are the marks that came with open packs: nobody
 * changes those, and they are about the results of their pack alone.
 */
export class CaseMarks {
  readonly #parts: CaseMarksParts;
  readonly #changed = new Emitter<readonly string[]>();
  readonly #listening: { readonly dispose: () => void };
  /** Marks of open packs, by the identity of the pack. */
  readonly #packs = new Map<string, PackMarks>();
  #of: Pick<CaseChoice, 'folder' | 'id' | 'writer'> | undefined;
  #watching: { readonly dispose: () => unknown } | undefined;
  #read: ReadMarks | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #isAsked = false;

  /** Fires with the ids of the machine actions whose marks changed, and with none when a case or a pack came or went. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: CaseMarksParts) {
    this.#parts = parts;
    this.#listening = parts.activeCase.onDidChange(() => {
      this.#follow();
    });
    this.#follow();
  }

  /** Whether a case is open. */
  get isOpen(): boolean {
    return this.#of !== undefined;
  }

  /** Whether there can be marks of any result. */
  get isAnyShown(): boolean {
    return this.isOpen || this.#packs.size > 0;
  }

  /** Whether the marks of a tenant's results are shown: those of the case, or those of an open pack. */
  isShown(tenant: Tenant): boolean {
    return this.isOpen || this.isOfPack(tenant);
  }

  /** Whether a pack came with marks of its results. They are shown instead of the case's, and nobody changes them. */
  isOfPack(tenant: Tenant): boolean {
    return this.#packOf(tenant) !== undefined;
  }

  /** Whether results of a tenant can be marked now. */
  isMarkable(tenant: Tenant): boolean {
    return this.isOpen && !this.isOfPack(tenant);
  }

  /** Keeps the marks of a pack until {@link forgetPack}, unless a rule of the organisation forbids marks. */
  keepPack({ tenantId }: Tenant, marks: PackMarks): void {
    if (marks.files.size === 0 || !this.#parts.activeCase.isAllowed) return;
    this.#packs.set(tenantId, marks);
    this.#changed.fire([]);
  }

  /** Forgets the marks of a pack. */
  forgetPack({ tenantId }: Tenant): void {
    if (this.#packs.delete(tenantId)) this.#changed.fire([]);
  }

  /** Numbers of what could not be understood; undefined before the first reading. */
  get trouble(): ReadMarks['trouble'] | undefined {
    return this.#read?.trouble;
  }

  /** Marks of a result. */
  of(ref: ResultRef): ResultMarks {
    return this.#resultsOf(ref)?.get(markKey(ref)) ?? UNMARKED;
  }

  /** Returns the remarks of the case, or of a pack that came with marks, the newest first. */
  remarks(tenant?: Tenant): readonly Remark[] {
    const all = [...(this.#resultsOf(tenant)?.values() ?? [])].flatMap(({ remarks }) => remarks);
    return all.sort((one, other) => (one.at < other.at ? 1 : -1));
  }

  /** Returns the tags that are in use in the case, or in a pack that came with marks, in order. */
  tags(tenant?: Tenant): readonly string[] {
    return [...new Set([...(this.#resultsOf(tenant)?.values() ?? [])].flatMap(({ tags }) => tags))].sort();
  }

  /**
   * Returns the lines about results of one tenant as they stand in the files of their writers, by writer: also of
   * remarks that were changed or deleted later.
   */
  async linesAbout(refs: readonly ResultRef[]): Promise<ReadonlyMap<string, readonly MarkLine[]>> {
    const [first] = refs;
    if (first === undefined) return new Map();
    const { cloud, tenantId } = first;
    const pack = this.#packOf(first);
    if (pack === undefined) await this.read();
    const files =
      pack?.files ??
      new Map([...(this.#read?.files ?? [])].map(([name, { lines }]) => [name.replace('.jsonl', ''), lines]));
    const wanted = new Set(refs.map(markKey));
    const keyOf = ({ on }: MarkLine): string => markKey(pack === undefined ? on : { ...on, cloud, tenantId });
    const found = [...files].map(
      ([writer, lines]) => [writer, lines.filter((line) => wanted.has(keyOf(line)))] as const,
    );
    return new Map(found.filter(([, lines]) => lines.length > 0));
  }

  /** Returns the results that lines of the case are about. */
  get named(): readonly ResultRef[] {
    return [...(this.#read?.files.values() ?? [])].flatMap(({ lines }) => lines.map(({ on }) => refOf(on)));
  }

  /** Reads the marks anew. Several calls at once lead to one more reading. */
  read(): Promise<void> {
    if (this.#isAsked) return this.#queue.then(() => undefined);
    this.#isAsked = true;
    return this.#then(async () => {
      this.#isAsked = false;
      await this.#refresh();
    }).catch(this.#parts.onFailure);
  }

  /**
   * Writes marks under the person's pseudonym.
   *
   * @throws LiveResponseError `fileFailed`; none of them is then written, or a part that a reader does not count
   */
  add(marks: readonly Mark[]): Promise<void> {
    return this.#then(async () => {
      const choice = this.#parts.activeCase.current;
      if (choice === undefined || this.#of?.id !== choice.id || choice.writer === '') {
        throw new LiveResponseError('fileFailed', { reason: 'strangeCase' });
      }
      const { folder, id: caseId, writer } = choice;
      // Colleagues may have written meanwhile, and the last word is to be ours.
      await this.#refresh();
      const { appendMarks } = await this.#parts.activeCase.tools();
      const lastWords = this.#read?.lastWords ?? new Map<string, string>();
      await appendMarks({ folder, caseId, writer, marks, now: Date.now(), lastWords });
      await this.#refresh();
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#watching?.dispose();
  }

  #packOf({ cloud, tenantId }: Tenant): PackMarks | undefined {
    return cloud === 'pack' ? this.#packs.get(tenantId) : undefined;
  }

  #resultsOf(tenant: Tenant | undefined): ReadMarks['results'] | undefined {
    return ((tenant && this.#packOf(tenant)) ?? this.#read)?.results;
  }

  #then(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #follow(): void {
    const { activeCase, watch } = this.#parts;
    const current = activeCase.isAllowed ? activeCase.current : undefined;
    if (current?.id === this.#of?.id && current?.folder === this.#of?.folder) return;
    this.#watching?.dispose();
    this.#watching = undefined;
    this.#read = undefined;
    this.#of = current;
    this.#changed.fire([]);
    if (current === undefined) return;
    this.#watching = watch(current.folder, () => {
      void this.read();
    });
    void this.read();
  }

  async #refresh(): Promise<void> {
    const of = this.#of;
    if (of === undefined) return;
    const { readMarks } = await this.#parts.activeCase.tools();
    const before = this.#read;
    const read = await readMarks(of.folder, before?.files, of.writer);
    // Another case may be open by now.
    if (this.#of !== of) return;
    this.#read = read;
    const changed = changedActions(before?.results, read.results);
    if (changed.length > 0) this.#changed.fire(changed);
  }
}

/** Returns the ids of the machine actions whose marks differ. */
function changedActions(
  before: ReadMarks['results'] = new Map<string, ResultMarks>(),
  now: ReadMarks['results'],
): string[] {
  const keys = [...new Set([...before.keys(), ...now.keys()])];
  const changed = keys.filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(now.get(key)));
  return [...new Set(changed.map((key) => actionOf(key)))];
}

/** Returns the id of the action in a key of `markKey`. */
function actionOf(key: string): string {
  const end = key.lastIndexOf('#');
  return key.slice(key.lastIndexOf(' ', end) + 1, end);
}
