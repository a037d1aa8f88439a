import type { LedgerPort } from './budget.ts';
import type { TakeAnswer, Usage } from './ledger.ts';
import type { Clock } from '../../base/clock.ts';
import { API_WINDOWS, Ledger, LONGEST_CALL_MS } from './ledger.ts';
import { MemoryCallRows } from './memoryCallRows.ts';

/** Creates a ledger for this process alone. Tests use it, and so does a client whose caller gives no ledger. */
export function createLocalLedger(clock: Clock, windows = API_WINDOWS, longestMs = LONGEST_CALL_MS): LedgerPort {
  const ledger = new Ledger(new MemoryCallRows(), windows, longestMs);
  const application = 'local';
  // The methods return promises, like those of the shared ledger. If a method throws, the async function that called it
  // turns the error into a rejection.
  return {
    take: (share) => Promise.resolve(ledger.take(application, share, clock.now())),
    end: (id, answered) => {
      ledger.end(application, id, answered, clock.now());
      return Promise.resolve();
    },
    giveBack: (id) => {
      ledger.giveBack(id);
      return Promise.resolve();
    },
    note: (startedAt, endedAt) => {
      ledger.note(application, startedAt, endedAt);
      return Promise.resolve();
    },
    refused: (until) => Promise.resolve(ledger.refused(application, until, clock.now())),
    usage: () => Promise.resolve(ledger.usage(application, clock.now())),
  };
}

/** Most reports that are kept for the shared ledger: the calls of an hour. What is older does not count any more. */
const MOST_OWED = API_WINDOWS[1].calls;
/** Pause before the shared ledger is asked again after it failed twice in a row, ms. Each try can wait for a lock. */
const ASK_AGAIN_MS = 10_000;

/**
 * Creates a ledger that asks the shared ledger, and decides by itself while that one fails: a broken database must not
 * stop the user's work. It knows all calls of this process. The shared ledger is told later what it has missed, so that
 * the other windows count it, too.
 *
 * @param elapsed - ms since any moment. Not by the system's clock: if that is set back by an hour, the shared ledger
 *   would not be asked for an hour
 */
export function withLocalFallback(
  shared: LedgerPort,
  clock: Clock,
  windows = API_WINDOWS,
  longestMs = LONGEST_CALL_MS,
  elapsed = (): number => performance.now(),
): LedgerPort {
  return new FallbackLedger(shared, clock, createLocalLedger(clock, windows, longestMs), elapsed);
}

/** A call of this process: its ids in both ledgers. Without a shared id, the shared ledger does not know it. */
interface OwnCall {
  readonly local: number;
  readonly shared: number | undefined;
  readonly startedAt: number;
}

class FallbackLedger implements LedgerPort {
  readonly #shared: LedgerPort;
  readonly #clock: Clock;
  readonly #local: LedgerPort;
  readonly #elapsed: () => number;
  readonly #calls = new Map<number, OwnCall>();
  /** Reports that the shared ledger has missed, in order. */
  readonly #owed: (() => Promise<unknown>)[] = [];
  #failures = 0;
  #failedAt = 0;

  constructor(shared: LedgerPort, clock: Clock, local: LedgerPort, elapsed: () => number) {
    this.#shared = shared;
    this.#clock = clock;
    this.#local = local;
    this.#elapsed = elapsed;
  }

  async take(share: number): Promise<TakeAnswer> {
    const startedAt = this.#clock.now();
    const answer = await this.#ask(() => this.#shared.take(share));
    if (answer !== undefined && !('id' in answer)) return answer;
    // If the shared ledger knows all our calls and has decided, the local one only counts. It refuses nevertheless during
    // a pause that the shared one does not know yet.
    const decides = answer === undefined || this.#hasUnknown();
    const own = await this.#local.take(decides ? share : Infinity);
    if (!('id' in own)) {
      if (answer !== undefined) await this.#report(() => this.#shared.giveBack(answer.id));
      return own;
    }
    this.#calls.set(own.id, { local: own.id, shared: answer?.id, startedAt });
    return own;
  }

  async end(id: number, answered: boolean): Promise<void> {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    const endedAt = this.#clock.now();
    const { shared, startedAt } = call;
    await this.#local.end(id, answered);
    await this.#report(() =>
      shared === undefined ? this.#shared.note(startedAt, endedAt) : this.#shared.end(shared, answered),
    );
  }

  async giveBack(id: number): Promise<void> {
    const shared = this.#calls.get(id)?.shared;
    this.#calls.delete(id);
    await this.#local.giveBack(id);
    if (shared !== undefined) await this.#report(() => this.#shared.giveBack(shared));
  }

  async note(startedAt: number, endedAt: number): Promise<void> {
    await this.#local.note(startedAt, endedAt);
    await this.#report(() => this.#shared.note(startedAt, endedAt));
  }

  async refused(until: number | undefined): Promise<Usage> {
    const own = await this.#local.refused(until);
    let usage: Usage | undefined;
    await this.#report(async () => {
      usage = await this.#shared.refused(until);
    });
    return usage ?? own;
  }

  async usage(): Promise<Usage> {
    return (await this.#ask(() => this.#shared.usage())) ?? this.#local.usage();
  }

  /** Whether a call is under way that the shared ledger does not know. It is told at its end. */
  #hasUnknown(): boolean {
    for (const { shared } of this.#calls.values()) if (shared === undefined) return true;
    return false;
  }

  /** Asks the shared ledger. @returns undefined while it fails */
  async #ask<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.#failures > 1 && this.#elapsed() - this.#failedAt < ASK_AGAIN_MS) return undefined;
    try {
      await this.#settle();
      const answer = await ask();
      this.#failures = 0;
      return answer;
    } catch {
      this.#failures++;
      this.#failedAt = this.#elapsed();
      return undefined;
    }
  }

  /** Reports something to the shared ledger, now or later. */
  async #report(report: () => Promise<unknown>): Promise<void> {
    this.#owed.push(report);
    if (this.#owed.length > MOST_OWED) this.#owed.shift();
    await this.#ask(() => Promise.resolve());
  }

  async #settle(): Promise<void> {
    for (let first = this.#owed.shift(); first !== undefined; first = this.#owed.shift()) {
      try {
        await first();
      } catch (error) {
        this.#owed.unshift(first);
        throw error;
      }
    }
  }
}
