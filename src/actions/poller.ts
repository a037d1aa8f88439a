import { isCancelled, isLiveResponseError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';

/** Shortest poll interval, ms, for an action that was just created. The longest interval is for an old action. */
const SHORTEST_MS = 15_000;
const LONGEST_MS = 5 * 60_000;
/** The longest poll interval after failures, ms. */
const LONGEST_BACK_OFF_MS = 15 * 60_000;
/** Share of an action's age that is used as the poll interval. */
const SHARE_OF_AGE = 0.25;
/**
 * Interval at which the lease is renewed or requested, ms. So another window gets a released lease within this time.
 */
const LEASE_EVERY_MS = 20_000;
const LEASE_MS = 45_000;

/** The actions that are followed at present. */
export interface Followed {
  /** Name of the lease. Only one window at a time polls these actions. */
  readonly name: string;
  /** The times when the unfinished actions were created, ms since 1970. */
  readonly created: readonly number[];
  /** Fetches all changes of these actions in one call. */
  readonly poll: (signal: AbortSignal) => Promise<void>;
  /** Merges actions that the window with the lease found. Makes no call. */
  readonly hear: () => Promise<void>;
}

export interface PollerParts {
  readonly clock: Clock;
  /**
   * Returns undefined while the list is not visible, nobody is signed in, no action is unfinished, or following is
   * turned off.
   */
  readonly followed: () => Followed | undefined;
  /** Takes or renews the lease. @returns whether this window has the lease now, for `forMs` ms */
  readonly takeLease: (name: string, forMs: number) => Promise<boolean>;
  readonly releaseLease: (name: string) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** Polls unfinished actions while the list is visible. The poll interval grows with the age of the youngest action. */
export class Poller {
  readonly #parts: PollerParts;
  #running: AbortController | undefined;
  #nudge: AbortController | undefined;
  /** Number of failures in a row. Each failure doubles the pause. */
  #failures = 0;
  /** Set if nobody is signed in. Only the person can sign in, so polling stops until {@link update} is called. */
  #signedOut = false;
  #polledAt = -Infinity;
  #disposed = false;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /**
   * Checks again which actions to follow. Called when the visible list, the unfinished actions or the account has
   * changed.
   */
  update(): void {
    this.#signedOut = false;
    const isWanted = this.#parts.followed() !== undefined;
    if (this.#running !== undefined && isWanted) this.#nudge?.abort();
    // Cancels a queued call that nobody needs any more.
    else if (this.#running !== undefined) this.#running.abort();
    else if (isWanted) this.#start();
  }

  dispose(): void {
    this.#disposed = true;
    this.#running?.abort();
  }

  #start(): void {
    void this.#run().finally(() => {
      this.#running = undefined;
      // New actions to follow may have appeared while the polling was ending.
      if (!this.#disposed && !this.#signedOut && this.#parts.followed() !== undefined) this.#start();
    });
  }

  async #run(): Promise<void> {
    const { signal } = (this.#running = new AbortController());
    let held: string | undefined;
    for (;;) {
      const followed = this.#signedOut || signal.aborted ? undefined : this.#parts.followed();
      if (held !== undefined && held !== followed?.name) {
        await this.#parts.releaseLease(held);
        held = undefined;
        // A list that the user has just changed to counts as never polled.
        this.#polledAt = -Infinity;
        continue;
      }
      if (followed === undefined) return;
      const isNew = held === undefined;
      const hasLease = await this.#parts.takeLease(followed.name, LEASE_MS);
      held = hasLease ? followed.name : undefined;
      if (!hasLease || isNew) await followed.hear().catch(this.#parts.onFailure);
      // The window that had the lease before may have found that all followed actions have ended, so the actions are
      // checked again.
      if (hasLease && isNew) continue;
      const due = hasLease ? this.#dueIn(followed) : this.#beat(followed);
      if (due <= 0) await this.#poll(followed, signal);
      else await this.#pause(Math.min(due, LEASE_EVERY_MS), signal);
    }
  }

  /** Returns the poll interval for the age of the youngest action, ms. */
  #beat({ created }: Followed): number {
    const age = this.#parts.clock.now() - Math.max(...created);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, age * SHARE_OF_AGE));
  }

  /** Returns the time until the next poll, ms. */
  #dueIn(followed: Followed): number {
    const now = this.#parts.clock.now();
    const pause = this.#beat(followed);
    // The list was just loaded, so it needs no poll at once.
    if (this.#polledAt === -Infinity) this.#polledAt = now;
    return this.#polledAt + Math.max(pause, Math.min(LONGEST_BACK_OFF_MS, pause * 2 ** this.#failures)) - now;
  }

  async #poll({ poll }: Followed, signal: AbortSignal): Promise<void> {
    try {
      await poll(signal);
      this.#failures = 0;
    } catch (error) {
      if (isCancelled(error)) return;
      this.#failures++;
      if (isLiveResponseError(error) && error.code === 'notSignedIn') this.#signedOut = true;
      this.#parts.onFailure(error);
    } finally {
      this.#polledAt = this.#parts.clock.now();
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const nudge = new AbortController();
    this.#nudge = nudge;
    await this.#parts.clock.wait(ms, AbortSignal.any([nudge.signal, signal])).catch(() => undefined);
  }
}
