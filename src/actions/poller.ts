import { isCancelled, isLiveResponseError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';

/** How soon an action that was just created is asked about again, and how late an old one, ms. */
const SHORTEST_MS = 15_000;
const LONGEST_MS = 5 * 60_000;
/** The longest pause after failures, ms. */
const LONGEST_BACK_OFF_MS = 15 * 60_000;
/** An action is asked about again after this share of its age. */
const SHARE_OF_AGE = 0.25;
/** How often the lease is renewed, or tried for, ms: a window that is gone is followed by another within this. */
const LEASE_EVERY_MS = 20_000;
const LEASE_MS = 45_000;

/** What is to be followed at this moment. */
export interface Followed {
  /** One window at a time follows what has this name. */
  readonly name: string;
  /** When the unfinished actions were created, ms since 1970. */
  readonly created: readonly number[];
  /** Asks for all of them in one call. */
  readonly poll: (signal: AbortSignal) => Promise<void>;
  /** Takes what the window that has the lease found: no call. */
  readonly hear: () => Promise<void>;
}

export interface PollerParts {
  readonly clock: Clock;
  /** undefined while nobody looks, nobody is signed in, nothing is unfinished, or the person wants none of it. */
  readonly followed: () => Followed | undefined;
  /** @returns whether this window has the lease now, for so many ms */
  readonly takeLease: (name: string, forMs: number) => Promise<boolean>;
  readonly releaseLease: (name: string) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** Follows unfinished actions while somebody looks at the list: often while they are young, rarely when they are old. */
export class Poller {
  readonly #parts: PollerParts;
  #running: AbortController | undefined;
  #nudge: AbortController | undefined;
  /** Failures one after another: each doubles the pause. */
  #failures = 0;
  /** Signing in is the person's to do: until something changes, nothing is asked. */
  #signedOut = false;
  #polledAt = -Infinity;
  #disposed = false;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Something changed: what is looked at, what is unfinished, who is signed in. */
  update(): void {
    this.#signedOut = false;
    const isWanted = this.#parts.followed() !== undefined;
    if (this.#running !== undefined && isWanted) this.#nudge?.abort();
    // A call that still waits for its turn is not made for nobody.
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
      // Looked at again while the last turn was ending.
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
        // The other list has just been loaded.
        this.#polledAt = -Infinity;
        continue;
      }
      if (followed === undefined) return;
      const isNew = held === undefined;
      const hasLease = await this.#parts.takeLease(followed.name, LEASE_MS);
      held = hasLease ? followed.name : undefined;
      if (!hasLease || isNew) await followed.hear().catch(this.#parts.onFailure);
      // Who had the lease before may have found the end of all that is followed here.
      if (hasLease && isNew) continue;
      const due = hasLease ? this.#dueIn(followed) : this.#beat(followed);
      if (due <= 0) await this.#poll(followed, signal);
      else await this.#pause(Math.min(due, LEASE_EVERY_MS), signal);
    }
  }

  /** ms between two questions, by the age of the youngest. */
  #beat({ created }: Followed): number {
    const age = this.#parts.clock.now() - Math.max(...created);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, age * SHARE_OF_AGE));
  }

  /** ms until it is time. */
  #dueIn(followed: Followed): number {
    const now = this.#parts.clock.now();
    const pause = this.#beat(followed);
    // What was just loaded is as new as a call could make it.
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
