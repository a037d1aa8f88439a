import type { Refusal } from '../defender/client.ts';
import { SharedWork } from '../base/sharedWork.ts';
import { RENEW_BEFORE_MS } from './tokenSource.ts';

/** A token in memory. */
export interface HeldToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Gets a token from its source. After a refusal, the token differs from the refused token. */
export type Renew = (signal: AbortSignal, refusal: Refusal | undefined) => Promise<HeldToken>;

/**
 * Keeps one token in memory and renews it once for all waiting callers: twenty calls at the token's end make one
 * request. If one caller cancels, the renewal continues for the other callers.
 */
export class SharedRenewal {
  readonly #renew: Renew;
  readonly #now: () => number;
  #held: HeldToken | undefined;
  #running: SharedWork<HeldToken> | undefined;
  /**
   * The last refusal whose claims no renewal has satisfied. Without these claims, the API would refuse the next token
   * too, and would count the call.
   */
  #unsettled: Refusal | undefined;

  constructor(renew: Renew, now: () => number) {
    this.#renew = renew;
    this.#now = now;
  }

  /** @throws the errors of the renewal, and LiveResponseError `cancelled` */
  async get(signal: AbortSignal, refused?: Refusal): Promise<string> {
    if (this.#held?.token === refused?.token) this.#held = undefined;
    const held = this.#held;
    if (held !== undefined && held.expiresAt - RENEW_BEFORE_MS > this.#now()) {
      return held.token;
    }
    if (refused?.claims !== undefined) this.#unsettled = refused;
    const refusal = refused ?? this.#unsettled;
    const late = this.#running !== undefined;
    const running = (this.#running ??= new SharedWork(async (all) => {
      const renewed = await this.#renew(all, refusal);
      // After `forget`, only the waiting callers get this token: it is not kept.
      if (this.#running === running) this.hold(renewed);
      return renewed;
    }));
    const { token } = await running.join(signal, () => {
      if (this.#running === running) this.#running = undefined;
    });
    // A renewal that began before the refusal was known usually brings a new token. If it brings the refused token, a
    // new renewal is needed.
    return late && token === refusal?.token ? this.get(signal, refusal) : token;
  }

  get held(): HeldToken | undefined {
    return this.#held;
  }

  hold(held: HeldToken | undefined): void {
    this.#held = held;
    this.#unsettled = undefined;
  }

  /** Forgets the token. The token of a renewal under way is not kept either. */
  forget(): void {
    this.hold(undefined);
    this.#running = undefined;
  }
}
