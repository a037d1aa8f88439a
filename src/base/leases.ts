import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { LiveResponseError } from './errors.ts';

/** Storage for leases that all windows of this machine share. */
export interface LeasePort {
  /** @returns whether the holder now has the lease, for `forMs` milliseconds */
  readonly take: (name: string, holder: string, forMs: number) => Promise<boolean>;
  readonly release: (name: string, holder: string) => Promise<unknown>;
}

/** Lifetime of a lease, in milliseconds. A killed window can block the other windows for this long. */
const LEASE_MS = 15_000;
const EXTEND_EVERY_MS = 5_000;
const LOOK_AGAIN_MS = 100;

/** Lets only one piece of work run at a time, across all windows. */
export class Leases {
  readonly #port: LeasePort;
  readonly #clock: Clock;

  constructor(port: LeasePort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  /** Runs work while holding a lease. Waits first until the current holder releases it. */
  async hold<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const holder = randomUUID();
    while (!(await this.#take(name, holder))) await this.#clock.wait(LOOK_AGAIN_MS, signal);
    return this.#work(name, holder, work);
  }

  /**
   * Runs work while holding a lease.
   * @throws LiveResponseError `signInFailed` with reason `elsewhere`: another window holds the lease
   */
  async holdOnly<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const holder = randomUUID();
    if (!(await this.#take(name, holder))) throw new LiveResponseError('signInFailed', { reason: 'elsewhere' });
    return this.#work(name, holder, work);
  }

  /** Takes a lease that any window can release. A lease that no window releases expires after `ms` milliseconds. */
  async takeFor(name: string, ms: number): Promise<void> {
    await this.#port.take(name, name, ms).catch(() => false);
  }

  async giveBack(name: string): Promise<void> {
    await this.#port.release(name, name).catch(() => undefined);
  }

  /** Whether any window holds a lease now. */
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

  /** Takes the lease. Returns true also if the database fails: windows then act alone, and users can still sign in. */
  #take(name: string, holder: string): Promise<boolean> {
    return this.#port.take(name, holder, LEASE_MS).catch(() => true);
  }
}
