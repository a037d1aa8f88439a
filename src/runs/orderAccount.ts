import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { HeldLease } from '../base/leases.ts';
import { resultKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { CallMeter } from '../base/urgency.ts';
import type { OrderEnd } from '../model/runRecord.ts';
import { ownerOfOrder } from './orderOwner.ts';
import type { Payment, RunFetchesOptions } from './runOptions.ts';
import type { RunRecords } from './runRecords.ts';
import { whyOver } from './standingOrder.ts';
import type { Place, StoreRoom } from './storeRoom.ts';

/** Parts of a window that an account needs. */
export interface AccountParts {
  readonly options: RunFetchesOptions;
  readonly records: RunRecords;
  readonly room: StoreRoom;
}

/** A result that an order does not take. */
interface Refusal {
  readonly why: OrderEnd | 'tooLarge';
  /** False if only results under way leave no room. They may not arrive, so the next look tries again. */
  readonly isFinal: boolean;
}

/** Account of what the order of one run takes: it decides whether one more call or result is allowed, and counts. */
export class OrderAccount implements CallMeter {
  readonly #key: string;
  readonly #options: RunFetchesOptions;
  readonly #records: RunRecords;
  readonly #room: StoreRoom;
  /** Lease of the run, as soon as this window has it. */
  lease: HeldLease | undefined;
  /** Limit that no further result can keep, though the order has some of everything left. */
  #end: OrderEnd | undefined;
  #isOthers = false;
  #isClosed = false;
  /** Bytes of the results under way. */
  #underWay = 0;
  /** Results that this window has fetched. What is deleted from the store afterwards is not fetched again. */
  readonly #fetched = new Set<string>();

  constructor(key: string, { options, records, room }: AccountParts) {
    this.#key = key;
    this.#options = options;
    this.#records = records;
    this.#room = room;
  }

  /** Whether the run has an order. Without one, nothing is counted. */
  get isOnOrder(): boolean {
    return this.#records.get(this.#key)?.order !== undefined;
  }

  /** Whether another account is signed in than the one that gave the order. */
  get isOthers(): boolean {
    return this.#isOthers;
  }

  /** Returns the limit that the order has reached; undefined while it goes on. */
  async findEnd(): Promise<OrderEnd | undefined> {
    const order = this.#records.get(this.#key)?.order;
    if (order === undefined) return undefined;
    const end = whyOver(order, this.#options.clock.now()) ?? this.#end;
    return end ?? ((await this.#room.find()) ? undefined : 'full');
  }

  /** Allows no more calls: the work has ended. */
  close(): void {
    this.#isClosed = true;
  }

  /** Whether this window has fetched a result on order. */
  hasFetched(ref: ResultRef): boolean {
    return this.#fetched.has(resultKey(ref));
  }

  /** Counts a call right before it is sent. Refuses it if the run is not this window's and this account's any more. */
  readonly take = async (): Promise<boolean> => {
    const run = this.#records.get(this.#key)?.run;
    if (run === undefined) return false;
    const account = this.isOnOrder ? await this.#options.account?.(run).catch(() => undefined) : undefined;
    this.#compare(ownerOfOrder(run, account));
    if (this.#isClosed || this.#isOthers || this.lease?.isHeld() === false) return false;
    // Nothing is awaited from here on, so that calls at the same time cannot pass the limit together.
    const current = this.#records.get(this.#key)?.order;
    if (current === undefined) return true;
    if (whyOver(current, this.#options.clock.now()) !== undefined) return false;
    this.#records.spend(this.#key, 1, 0);
    return true;
  };

  /** Compares the account of the next call with the one that gave the order. One that is unknown says nothing. */
  #compare(by: string | undefined): void {
    const order = this.#records.get(this.#key)?.order;
    if (by === undefined || order === undefined) return;
    this.#isOthers = order.by !== undefined && order.by !== by;
    // Some ways to sign in know their account only when they have a token.
    if (order.by === undefined) this.#records.change(this.#key, { order: { ...order, by } });
  }

  readonly giveBack = (): void => {
    this.#records.spend(this.#key, -1, 0);
  };

  /**
   * Fetches a result, if the order allows it. Its size counts from the moment at which it is known.
   *
   * @returns whether it is stored now. `left`: the order did not allow it
   */
  async fetch(ref: ResultRef, signal: AbortSignal): Promise<'stored' | 'left'> {
    const { open, store } = this.#options;
    const payment: Payment = { signal, meter: this };
    // A stored result takes no call.
    if (!this.isOnOrder || (await store.facts(ref)) !== undefined) {
      await open(ref, payment);
      return 'stored';
    }
    if ((await this.findEnd()) !== undefined) return 'left';
    const place: Place = { bytes: 0 };
    let counted = 0;
    let refused: Refusal | undefined;
    const admits = (size: number): boolean => {
      refused = this.#whyRefused(place, size, counted);
      if (refused !== undefined) return false;
      this.#underWay += Math.max(0, size - counted);
      counted = Math.max(counted, size);
      this.#records.reserve(this.#key, this.#underWay);
      return true;
    };
    let outcome: 'stored' | 'gone' = 'gone';
    try {
      await open(ref, { ...payment, admits });
      outcome = 'stored';
      this.#fetched.add(resultKey(ref));
    } catch (error) {
      if (refused === undefined || refused.why === 'tooLarge') {
        if (!this.#isRefusal(error)) throw error;
      } else if (refused.isFinal) this.#end = refused.why;
    } finally {
      this.#underWay -= counted;
      this.#records.reserve(this.#key, this.#underWay);
      if (outcome === 'stored') this.#records.spend(this.#key, 0, counted);
      this.#room.leave(place, outcome);
    }
    return outcome === 'stored' ? 'stored' : 'left';
  }

  /** Returns why a result of this size is not received; undefined if it may be. */
  #whyRefused(place: Place, size: number, counted: number): Refusal | undefined {
    const order = this.#records.get(this.#key)?.order;
    if (order === undefined) return undefined;
    // No order could ever have it. The others can still come.
    if (size > order.mostBytes) return { why: 'tooLarge', isFinal: true };
    if (order.bytes + this.#underWay - counted + size > order.mostBytes)
      return { why: 'bytes', isFinal: order.bytes + size > order.mostBytes };
    return this.#room.admits(place, size) ? undefined : { why: 'full', isFinal: !this.#room.couldHold(size) };
  }

  /** Whether an error is this account's own refusal of a call. */
  #isRefusal(error: unknown): boolean {
    if (!isLiveResponseError(error) || error.code !== 'cancelled') return false;
    if (this.#isOthers) throw new LiveResponseError('notSignedIn', { reason: 'orderOfOther' });
    const order = this.#records.get(this.#key)?.order;
    return order !== undefined && whyOver(order, this.#options.clock.now()) !== undefined;
  }
}
