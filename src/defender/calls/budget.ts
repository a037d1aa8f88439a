import type { Clock } from '../../base/clock.ts';
import { LiveResponseError, throwIfCancelled } from '../../base/errors.ts';
import type { TakeAnswer, Usage } from './ledger.ts';
import { enqueueRising, isClick } from '../../base/urgency.ts';
import type { Priority } from '../../base/urgency.ts';

export type { Priority } from '../../base/urgency.ts';

/** The right to send one call. */
export interface CallSlot {
  /** Reports the end of the answer. From then on, the call counts for the length of its rate windows. */
  readonly end: (answered: boolean) => Promise<void>;
  /** Gives the slot back, because the call was not sent. It does not count. */
  readonly giveBack: () => Promise<void>;
}

/** Gate in front of every call to the API. */
export interface Budget {
  /**
   * Waits for a slot.
   * @throws LiveResponseError `cancelled`; `rateLimited` if a click would wait longer than two minutes
   */
  readonly take: (priority: Priority, signal: AbortSignal) => Promise<CallSlot>;
  /** Records that the server refused a call. Returns the current usage, above all `pausedUntil`. */
  readonly refused: (until: number | undefined) => Promise<Usage>;
  /** Returns the number of calls that count now. Calls under way are included. */
  readonly usage: () => Promise<Usage>;
}

/**
 * The call budget of one application. It belongs to this process alone, or all windows share it through the thread of
 * the databases.
 */
export interface LedgerPort {
  readonly take: (share: number) => Promise<TakeAnswer>;
  readonly end: (id: number, answered: boolean) => Promise<void>;
  readonly giveBack: (id: number) => Promise<void>;
  /** Records a call that was made while this ledger could not be asked. Times are ms since 1970. */
  readonly note: (startedAt: number, endedAt: number) => Promise<void>;
  readonly refused: (until: number | undefined) => Promise<Usage>;
  readonly usage: () => Promise<Usage>;
}

/** Share of each rate window that background work leaves for clicks. */
export const RESERVE = 0.2;
/** Poll interval while the next slot depends on the end of another window's call, ms. */
const LOOK_AGAIN_MS = 100;
/**
 * Longest wait for a slot that a click accepts, ms. If the wait would be longer, the click fails at once. Its error
 * gives the time of the next slot.
 */
const PATIENCE_MS = 120_000;

interface Waiter {
  readonly priority: Priority;
  readonly signal: AbortSignal;
  readonly start: (id: number) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Grants slots as the ledger allows. Clicks come before background work. Calls of one priority are served in order of
 * arrival.
 */
export class QueuedBudget implements Budget {
  readonly #ledger: LedgerPort;
  readonly #clock: Clock;
  readonly #waiting: Waiter[] = [];
  #admitting = false;
  #alarm: AbortController | undefined;

  constructor(ledger: LedgerPort, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  async take(priority: Priority, signal: AbortSignal): Promise<CallSlot> {
    throwIfCancelled(signal);
    const id = await new Promise<number>((resolve, reject) => {
      const leave = (): void => {
        this.#leave(waiter);
        stopRising();
        reject(new LiveResponseError('cancelled'));
      };
      const settle = (): void => {
        signal.removeEventListener('abort', leave);
        stopRising();
      };
      const waiter: Waiter = {
        priority,
        signal,
        start: (granted) => {
          settle();
          resolve(granted);
        },
        fail: (error) => {
          settle();
          reject(error instanceof Error ? error : new Error('the ledger failed'));
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      const stopRising = enqueueRising(this.#waiting, waiter, () => {
        this.#wake();
      });
      this.#wake();
    });
    return {
      end: async (answered) => {
        await this.#ledger.end(id, answered);
        this.#wake();
      },
      giveBack: async () => {
        await this.#ledger.giveBack(id);
        this.#wake();
      },
    };
  }

  async refused(until: number | undefined): Promise<Usage> {
    const usage = await this.#ledger.refused(until);
    this.#wake();
    return usage;
  }

  usage(): Promise<Usage> {
    return this.#ledger.usage();
  }

  #leave(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter);
    if (at >= 0) this.#waiting.splice(at, 1);
    // The next waiter may have a shorter delay than this waiter. If there is no next waiter, the timer must end.
    this.#alarm?.abort();
  }

  /** Lets the first waiter try again. Called after a change of the queue or of the ledger. */
  #wake(): void {
    this.#alarm?.abort();
    if (!this.#admitting) void this.#admit();
  }

  async #admit(): Promise<void> {
    this.#admitting = true;
    try {
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) await this.#serve(first);
    } finally {
      this.#admitting = false;
    }
  }

  /** Gives the first waiter a slot, or waits until its next attempt. `#wake` ends the wait early. */
  async #serve(waiter: Waiter): Promise<void> {
    const alarm = new AbortController();
    this.#alarm = alarm;
    try {
      const answer = await this.#ledger.take(isClick(waiter.priority) ? 1 : 1 - RESERVE);
      if ('id' in answer) {
        // The waiter was cancelled while the ledger granted the slot, so the call is not sent.
        if (waiter.signal.aborted) await this.#ledger.giveBack(answer.id);
        else waiter.start(answer.id);
        this.#leave(waiter);
        return;
      }
      const delay = answer.retryInMs ?? LOOK_AGAIN_MS;
      if (isClick(waiter.priority) && delay > PATIENCE_MS) {
        throw new LiveResponseError('rateLimited', { retryAt: this.#clock.now() + delay });
      }
      await this.#clock.wait(delay, alarm.signal).catch(() => undefined);
    } catch (error) {
      this.#leave(waiter);
      waiter.fail(error);
    }
  }
}
