import { randomUUID } from 'node:crypto';
import { uptime } from 'node:os';
import type { Clock } from './clock.ts';
import { LiveResponseError } from './errors.ts';

/** Storage for leases that all windows of this machine share. */
export interface LeasePort {
  /** @returns whether the holder now has the lease, for `forMs` milliseconds */
  readonly take: (name: string, holder: string, forMs: number) => Promise<boolean>;
  readonly release: (name: string, holder: string) => Promise<unknown>;
}

/**
 * A lease that work holds. It can be lost: while the machine sleeps, no window extends its leases, and the first window
 * that wakes up takes them.
 */
export interface HeldLease {
  /** Aborted when the lease is lost. */
  readonly lost: AbortSignal;
  /**
   * Whether this window still has the lease. To be asked right before each step that only the holder may do: a window
   * that wakes up goes on at once, and its next extension is seconds away.
   */
  readonly isHeld: () => boolean;
}

/** Lifetime of a lease, in milliseconds. A killed window can block the other windows for this long. */
const LEASE_MS = 15_000;
const EXTEND_EVERY_MS = 5_000;
const LOOK_AGAIN_MS = 100;

/** Lets only one piece of work run at a time, across all windows. */
export class Leases {
  readonly #port: LeasePort;
  readonly #clock: Clock;

  readonly #elapsed: () => number;

  /**
   * @param elapsed - ms since any moment, also while the machine sleeps. Not by the system's clock: if that is set
   *   forward by an hour, every lease would seem lost, and set back, none
   */
  constructor(port: LeasePort, clock: Clock, elapsed: () => number = clock.now) {
    this.#port = port;
    this.#clock = clock;
    this.#elapsed = elapsed;
  }

  /** Runs work while holding a lease. Waits first until the current holder releases it. */
  async hold<Result>(name: string, signal: AbortSignal, work: (held: HeldLease) => Promise<Result>): Promise<Result> {
    const lease = new Holding(this.#port, this.#elapsed, name);
    while (!(await lease.take())) await this.#clock.wait(LOOK_AGAIN_MS, signal);
    return lease.during(work);
  }

  /**
   * Runs work while holding a lease.
   * @throws LiveResponseError `signInFailed` with reason `elsewhere`: another window holds the lease
   */
  async holdOnly<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const lease = new Holding(this.#port, this.#elapsed, name);
    if (!(await lease.take())) throw new LiveResponseError('signInFailed', { reason: 'elsewhere' });
    return lease.during(work);
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
}

/** Returns the ms since the system started. Sleep counts, and nobody sets it. */
export function sinceStart(): number {
  return uptime() * 1000;
}

/** One lease of this window, from the first attempt to take it until its work has ended. */
class Holding implements HeldLease {
  readonly #port: LeasePort;
  readonly #elapsed: () => number;
  readonly #name: string;
  readonly #holder = randomUUID();
  readonly #lost = new AbortController();
  /** Time before the last extension, ms since any moment. */
  #extendedAt = 0;

  constructor(port: LeasePort, elapsed: () => number, name: string) {
    this.#port = port;
    this.#elapsed = elapsed;
    this.#name = name;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  readonly isHeld = (): boolean => {
    // A lease that was not extended in time is lost even if it is free again: another window may have worked.
    if (this.#elapsed() - this.#extendedAt >= LEASE_MS) this.#lost.abort();
    return !this.lost.aborted;
  };

  /** Takes the lease. Returns true also if the database fails: windows then act alone, and users can still sign in. */
  async take(): Promise<boolean> {
    // The lease lasts from a time after this one.
    const now = this.#elapsed();
    const isTaken = await this.#port.take(this.#name, this.#holder, LEASE_MS).catch(() => true);
    if (isTaken) this.#extendedAt = now;
    return isTaken;
  }

  async during<Result>(work: (held: HeldLease) => Promise<Result>): Promise<Result> {
    const extending = setInterval(() => void this.#extend(), EXTEND_EVERY_MS);
    try {
      return await work(this);
    } finally {
      clearInterval(extending);
      await this.#port.release(this.#name, this.#holder).catch(() => undefined);
    }
  }

  async #extend(): Promise<void> {
    // A late one is lost for work that must not overlap. It is extended nevertheless, so that a question or a sign-in
    // still keeps the others away, unless another window has taken it.
    const isLate = !this.isHeld();
    if (!(await this.take()) || isLate) this.#lost.abort();
  }
}
