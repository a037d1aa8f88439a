import type { LedgerPort } from './budget.ts';
import type { Clock } from '../../base/clock.ts';
import { API_WINDOWS, Ledger } from './ledger.ts';
import { MemoryCallRows } from './memoryCallRows.ts';

/** Creates a ledger for this process alone: for tests, and where the caller provides no other. */
export function createLocalLedger(clock: Clock, windows = API_WINDOWS): LedgerPort {
  const ledger = new Ledger(new MemoryCallRows(), windows);
  const application = 'local';
  // Asynchronous like the shared ledger. A throw becomes a rejection in the async functions that call these.
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
 * Creates a ledger that uses the shared one until its first failure, then a local one. A broken database must not stop
 * the user's work. The local one does not know calls that began before the change, so it ignores their ends.
 */
export function withLocalFallback(shared: LedgerPort, clock: Clock): LedgerPort {
  const local = createLocalLedger(clock);
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
