import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { LiveResponseError } from './errors.ts';

/** Leases that all windows of this machine see. */
export interface LeasePort {
  /** @returns whether the holder has it now, for so many ms */
  readonly take: (name: string, holder: string, forMs: number) => Promise<boolean>;
  readonly release: (name: string, holder: string) => Promise<unknown>;
}

/** A window that was killed blocks the others no longer than this, ms. */
const LEASE_MS = 15_000;
const EXTEND_EVERY_MS = 5_000;
const LOOK_AGAIN_MS = 100;

/** One at a time, over all windows. */
export class Leases {
  readonly #port: LeasePort;
  readonly #clock: Clock;

  constructor(port: LeasePort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  /** Works while holding a lease, after waiting for whoever has it. */
  async hold<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const holder = randomUUID();
    while (!(await this.#take(name, holder))) await this.#clock.wait(LOOK_AGAIN_MS, signal);
    return this.#work(name, holder, work);
  }

  /**
   * Works while holding a lease.
   * @throws LiveResponseError `signInFailed` with reason `elsewhere`: another window has it
   */
  async holdOnly<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const holder = randomUUID();
    if (!(await this.#take(name, holder))) throw new LiveResponseError('signInFailed', { reason: 'elsewhere' });
    return this.#work(name, holder, work);
  }

  /** Takes a lease that any window may give back; else it ends by itself. */
  async takeFor(name: string, ms: number): Promise<void> {
    await this.#port.take(name, name, ms).catch(() => false);
  }

  async giveBack(name: string): Promise<void> {
    await this.#port.release(name, name).catch(() => undefined);
  }

  /** Whether somebody has a lease right now. */
  async isTaken(name: string): Promise<boolean> {
    return !(await this.#port.take(name, randomUUID(), 0).catch(() => true));
  }

  async #work<Result>(name: string, holder: string, work: () => Promise<Result>): Promise<Result> {
    const extending = setInterval(() => void this.#take(name, holder), EXTEND_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(extending);
      await this.#port.release(name, holder).catch(() => undefined);
    }
  }

  /** Without a database every window is on its own, which is better than nobody signing in. */
  #take(name: string, holder: string): Promise<boolean> {
    return this.#port.take(name, holder, LEASE_MS).catch(() => true);
  }
}
