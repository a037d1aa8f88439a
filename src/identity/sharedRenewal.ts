import type { Refusal } from '../defender/client.ts';
import { SharedWork } from '../base/sharedWork.ts';
import { RENEW_BEFORE_MS } from './tokenSource.ts';

/** A token in memory. */
export interface HeldToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Gets a token from where it comes from; with a refusal another one than the refused. */
export type Renew = (signal: AbortSignal, refusal: Refusal | undefined) => Promise<HeldToken>;

/**
 * Keeps one token in memory and renews it once for all who wait: twenty calls at its end make one request. Whoever
 * cancels leaves the others waiting.
 */
export class SharedRenewal {
  readonly #renew: Renew;
  readonly #now: () => number;
  #held: HeldToken | undefined;
  #running: SharedWork<HeldToken> | undefined;
  /** Claims that no renewal brought yet: the API would refuse that token again, and count the call. */
  #unsettled: Refusal | undefined;

  constructor(renew: Renew, now: () => number) {
    this.#renew = renew;
    this.#now = now;
  }

  /** @throws what renewing throws, and LiveResponseError `cancelled` */
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
      // Unless it was forgotten meanwhile: then those who wait get it, and nobody after them.
      if (this.#running === running) this.hold(renewed);
      return renewed;
    }));
    const { token } = await running.join(signal, () => {
      if (this.#running === running) this.#running = undefined;
    });
    // Begun by someone who did not know of the refusal: most often it brings another token all the same.
    return late && token === refusal?.token ? this.get(signal, refusal) : token;
  }

  get held(): HeldToken | undefined {
    return this.#held;
  }

  hold(held: HeldToken | undefined): void {
    this.#held = held;
    this.#unsettled = undefined;
  }

  /** Also of a renewal under way nothing is kept. */
  forget(): void {
    this.hold(undefined);
    this.#running = undefined;
  }
}
