import type { LedgerPort } from './budget.ts';
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
    refused: (until) => Promise.resolve(ledger.refused(application, until, clock.now())),
    usage: () => Promise.resolve(ledger.usage(application, clock.now())),
  };
}

/**
 * Creates a ledger that uses the shared ledger until the first failure, and a local ledger after that. A broken
 * database must not stop the user's work. The local ledger does not know the calls that the shared ledger recorded, so
 * it ignores the reports that such calls have ended.
 */
export function withLocalFallback(
  shared: LedgerPort,
  clock: Clock,
  windows = API_WINDOWS,
  longestMs = LONGEST_CALL_MS,
): LedgerPort {
  const local = createLocalLedger(clock, windows, longestMs);
  let current = shared;
  const attempt = async <Answer>(ask: (ledger: LedgerPort) => Promise<Answer>): Promise<Answer> => {
    try {
      return await ask(current);
    } catch (error) {
      if (current === local) throw error;
      current = local;
      return ask(local);
    }
  };
  return {
    take: (share) => attempt((ledger) => ledger.take(share)),
    end: (id, answered) => attempt((ledger) => ledger.end(id, answered)),
    giveBack: (id) => attempt((ledger) => ledger.giveBack(id)),
    refused: (until) => attempt((ledger) => ledger.refused(until)),
    usage: () => attempt((ledger) => ledger.usage()),
  };
}
