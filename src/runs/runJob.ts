import type { OrderOwner, RunState } from '../model/runRecord.ts';
import { OrderAccount } from './orderAccount.ts';
import type { AccountParts } from './orderAccount.ts';

/** Work of this window on one run. It can be paused, and ended. */
export class RunJob {
  readonly key: string;
  readonly account: OrderAccount;
  /** Settles when the work has ended. */
  readonly done: Promise<void>;
  /**
   * Whether it goes on with an order that the run has. Another window may have gone on with it, or ended it.
   */
  continues: boolean;
  /** Signs of the account and the window that began or resumed the work. */
  owner: OrderOwner | undefined;
  /** Number of questions in a row that Defender did not answer as asked. */
  failedLooks = 0;
  readonly #controller = new AbortController();
  readonly #begin = Promise.withResolvers<undefined>();
  #attempt: AbortSignal;
  #pause: { readonly before: RunState; readonly over: PromiseWithResolvers<undefined> } | undefined;
  #isOver = false;

  constructor(
    key: string,
    {
      continues,
      work,
      ...parts
    }: AccountParts & { readonly continues: boolean; readonly work: (job: RunJob) => Promise<void> },
  ) {
    this.key = key;
    this.continues = continues;
    this.account = new OrderAccount(key, parts);
    this.#attempt = this.#controller.signal;
    this.done = this.#begin.promise.then(() => work(this));
  }

  /** Begins, after the caller has noted the work. */
  begin(): void {
    this.#begin.resolve(undefined);
  }

  /** Aborted when the work must end, for good or because the lease is lost. */
  get signal(): AbortSignal {
    return this.#attempt;
  }

  /** Aborted when the work must end for good. */
  get ended(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the work has ended for good. */
  hasEnded(): boolean {
    return this.#isOver;
  }

  /** Whether the work has ended, or must wait for the lease again: what is still under way must change nothing any more. */
  isOver(): boolean {
    return this.#isOver || this.#attempt.aborted;
  }

  /** Whether this window holds the lease of the run. Until then the stored record is another window's. */
  get holdsRun(): boolean {
    return this.account.lease?.isHeld() === true;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** Begins an attempt, for as long as the lease is held. */
  hold(lease: NonNullable<OrderAccount['lease']>): void {
    this.account.lease = lease;
    this.#attempt = AbortSignal.any([this.#controller.signal, lease.lost]);
  }

  /** Ends an attempt. */
  release(): void {
    this.account.lease = undefined;
    this.#attempt = this.#controller.signal;
  }

  /** Pauses the work. @param before - state to which the run returns. Returns false if it is paused already */
  pause(before: RunState): boolean {
    if (this.#pause !== undefined) return false;
    this.#pause = { before, over: Promise.withResolvers() };
    return true;
  }

  /** Ends the pause. Returns the state before; undefined if there was no pause. */
  resume(): RunState | undefined {
    const { before, over } = this.#pause ?? {};
    this.#pause = undefined;
    over?.resolve(undefined);
    return before;
  }

  /**
   * Waits while the work is paused. Work that ends meanwhile stays paused, and must not be waited for. Nor must work that
   * loses its lease: it has to take the lease again, or another window would keep the record.
   */
  async resumed(): Promise<void> {
    while (this.#pause !== undefined && !this.isOver()) {
      const lost = Promise.withResolvers<undefined>();
      const end = (): void => {
        lost.resolve(undefined);
      };
      const attempt = this.#attempt;
      attempt.addEventListener('abort', end, { once: true });
      await Promise.race([this.#pause.over.promise, lost.promise]);
      attempt.removeEventListener('abort', end);
    }
  }

  /** Ends the work: aborts what is under way. */
  end(): void {
    this.#isOver = true;
    this.account.close();
    this.#controller.abort();
    this.#pause?.over.resolve(undefined);
  }

  /** Notes that the work has come to its end by itself. */
  finish(): void {
    this.#isOver = true;
  }
}
