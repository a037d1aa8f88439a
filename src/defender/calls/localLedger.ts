import type { LedgerPort } from './budget.ts';
import type { Clock } from '../../base/clock.ts';
import { API_WINDOWS, Ledger } from './ledger.ts';
import { MemoryCallRows } from './memoryCallRows.ts';

/** A ledger of this process alone: for tests, and where nothing better is handed in. */
export function createLocalLedger(clock: Clock, windows = API_WINDOWS): LedgerPort {
  const ledger = new Ledger(new MemoryCallRows(), windows);
  const application = 'local';
  // Asynchronous like the shared one; what it throws becomes a rejection.
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
 * The shared ledger, and from its first failure on a local one: a database that breaks must not stop anyone's work.
 * What ends after the change began before it, and is unknown to the local one.
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
