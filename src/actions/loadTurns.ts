import { throwIfCancelled } from '../base/errors.ts';
import { SharedWork } from '../base/sharedWork.ts';

/** Kinds of loads: the first page and changes since then are one kind, further pages the other. */
type LoadKind = 'first' | 'more';

/**
 * Runs one load of a list at a time. A second gesture of the same kind waits for the first one's answer instead of
 * spending another call. A gesture of the other kind waits for its turn.
 */
export class LoadTurns {
  #underWay: { readonly kind: LoadKind; readonly work: SharedWork<void> } | undefined;

  get isUnderWay(): boolean {
    return this.#underWay !== undefined;
  }

  /**
   * Runs a load, or joins the running one of its kind.
   *
   * @param start - begins the load, where none of its kind is running
   * @throws LiveResponseError `cancelled`, and whatever the load throws
   */
  async run(kind: LoadKind, signal: AbortSignal, start: (shared: AbortSignal) => Promise<void>): Promise<void> {
    for (let other = this.#underWay; other !== undefined && other.kind !== kind; other = this.#underWay) {
      // Its failure is reported to the caller that started it.
      await other.work.join(signal, () => undefined).catch(() => undefined);
      throwIfCancelled(signal);
      if (this.#underWay === other) this.#underWay = undefined;
    }
    const load = this.#underWay ?? { kind, work: new SharedWork(start) };
    this.#underWay = load;
    await load.work.join(signal, () => {
      if (this.#underWay === load) this.#underWay = undefined;
    });
  }
}
