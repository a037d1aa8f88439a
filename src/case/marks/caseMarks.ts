import { Emitter } from '../../base/emitter.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { ActiveCase, CaseChoice } from '../activeCase.ts';
import type { ReadMarks } from './markFiles.ts';
import type { Mark } from './markLine.ts';
import { markKey } from './mergeMarks.ts';
import type { Remark, ResultMarks } from './mergeMarks.ts';

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
 * are none: nothing is read, and nothing can be written.
 */
export class CaseMarks {
  readonly #parts: CaseMarksParts;
  readonly #changed = new Emitter<readonly string[]>();
  readonly #listening: { readonly dispose: () => void };
  #of: Pick<CaseChoice, 'folder' | 'id' | 'writer'> | undefined;
  #watching: { readonly dispose: () => unknown } | undefined;
  #read: ReadMarks | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #isAsked = false;

  /** Fires with the ids of the machine actions whose marks changed, and with none when a case was opened or closed. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: CaseMarksParts) {
    this.#parts = parts;
    this.#listening = parts.activeCase.onDidChange(() => {
      this.#follow();
    });
    this.#follow();
  }

  /** Whether results can be marked now. */
  get isOpen(): boolean {
    return this.#of !== undefined;
  }

  /** Numbers of what could not be understood; undefined before the first reading. */
  get trouble(): ReadMarks['trouble'] | undefined {
    return this.#read?.trouble;
  }

  /** Marks of a result. */
  of(ref: ResultRef): ResultMarks {
    return this.#read?.results.get(markKey(ref)) ?? UNMARKED;
  }

  /** Remarks of all results, the newest first. */
  get remarks(): readonly Remark[] {
    const all = [...(this.#read?.results.values() ?? [])].flatMap(({ remarks }) => remarks);
    return all.sort((one, other) => (one.at < other.at ? 1 : -1));
  }

  /** Tags that are in use, in order. */
  get tags(): readonly string[] {
    return [...new Set([...(this.#read?.results.values() ?? [])].flatMap(({ tags }) => tags))].sort();
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
