import { isLiveResponseError } from '../base/errors.ts';
import { resultKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { UNREACHABLE } from './runFailures.ts';
import type { RunFetchesOptions } from './runOptions.ts';
import type { RunRecords } from './runRecords.ts';
import { whyOver } from './standingOrder.ts';

/** Number of fetches after which the store is asked again whether it has room. */
const ROOM_EVERY = 5;

/** Account of what the order of one run takes: it decides whether one more fetch is allowed, and counts. */
export class OrderAccount {
  readonly #key: string;
  readonly #options: RunFetchesOptions;
  readonly #records: RunRecords;
  #fetches = 0;
  #hasRoom = true;
  /** Number of fetches under way. Each can bring the largest result. */
  #underWay = 0;
  /** Results that this window has fetched. What is deleted from the store afterwards is not fetched again. */
  readonly #fetched = new Set<string>();

  constructor(key: string, options: RunFetchesOptions, records: RunRecords) {
    this.#key = key;
    this.#options = options;
    this.#records = records;
  }

  /** Whether the run has an order. Without one, nothing is counted. */
  get isOnOrder(): boolean {
    return this.#records.get(this.#key)?.order !== undefined;
  }

  /** Largest size of a result, in bytes. */
  get largest(): number {
    return this.#options.largest?.() ?? 0;
  }

  /** Whether this window has fetched a result on order. */
  hasFetched(ref: ResultRef): boolean {
    return this.#fetched.has(resultKey(ref));
  }

  /** Asks the store whether it has room for more results. */
  async findRoom(): Promise<boolean> {
    this.#hasRoom = (await this.#options.hasRoom?.()) !== false;
    this.#fetches = 0;
    return this.#hasRoom;
  }

  /**
   * Fetches a result, if the order allows it. The fetch is counted before it is sent, so that it counts if it fails;
   * one that could not be sent does not.
   */
  async fetch(ref: ResultRef, signal: AbortSignal): Promise<void> {
    const { open, store } = this.#options;
    // A stored result takes no call.
    if (!this.isOnOrder || (await store.facts(ref)) !== undefined) {
      await open(ref, signal);
      return;
    }
    if (this.#fetches++ % ROOM_EVERY === 0) await this.findRoom();
    if (!this.#hasRoom || !this.#mayFetch()) return;
    this.#records.spend(this.#key, 1, 0);
    this.#underWay++;
    try {
      const { size } = await open(ref, signal);
      this.#records.spend(this.#key, 0, size);
      this.#fetched.add(resultKey(ref));
    } catch (error) {
      if (isLiveResponseError(error) && UNREACHABLE.has(error.code)) this.#records.spend(this.#key, -1, 0);
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  #mayFetch(): boolean {
    const order = this.#records.get(this.#key)?.order;
    const next = (this.#underWay + 1) * this.largest;
    return order === undefined || whyOver(order, this.#options.clock.now(), next) === undefined;
  }
}
