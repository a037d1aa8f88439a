import { throwIfCancelled } from '../base/errors.ts';
import { SharedWork } from '../base/sharedWork.ts';

/** Kinds of loads. `first`: loads the first page, or changes since then. `more`: loads a further page. */
type LoadKind = 'first' | 'more';

/**
 * Runs one load of a list at a time. A second request of the same kind waits for the answer to the first request, which
 * saves a call. A request of the other kind waits until the running load has ended.
 */
export class LoadTurns {
  #underWay: { readonly kind: LoadKind; readonly work: SharedWork<void> } | undefined;

  get isUnderWay(): boolean {
    return this.#underWay !== undefined;
  }

  /**
   * Runs a load, or joins the running load of the same kind.
   *
   * @param start - begins the load. Called only if no load of its kind is running
   * @throws LiveResponseError `cancelled`, and all errors that the load throws
   */
  async run(kind: LoadKind, signal: AbortSignal, start: (shared: AbortSignal) => Promise<void>): Promise<void> {
    for (let other = this.#underWay; other !== undefined && other.kind !== kind; other = this.#underWay) {
      // A failure of the other load is reported to the caller that started it.
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
