import { randomUUID } from 'node:crypto';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import type { LedgerPort } from '../../src/defender/calls/budget.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import { Ledger } from '../../src/defender/calls/ledger.ts';
import { CALL_SCHEMA, SqliteCallTable } from '../../src/storage/callTable.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { isOrder } from './sharedOrder.ts';
import type { Order, Report } from './sharedOrder.ts';

/** One window of the product, for calls only: a process of its own with the database that all windows share. */
process.once('message', (order: unknown) => {
  if (!isOrder(order)) throw new Error('no order');
  void work(order);
});

async function work(order: Order): Promise<void> {
  const client = createDefenderClient({
    apiUrl: order.apiUrl,
    getAccessToken: () => Promise.resolve(order.token),
    budget: new QueuedBudget(openLedger(order), systemClock),
  });
  const { signal } = new AbortController();
  const outcomes = await Promise.all(
    Array.from({ length: order.calls }, async () => {
      try {
        await client.getMachineAction(randomUUID(), signal, order.priority);
        return 'ok';
      } catch (error) {
        return isLiveResponseError(error) ? error.code : 'unknown';
      }
    }),
  );
  process.send?.({ outcomes } satisfies Report);
  process.disconnect();
}

/** Opens the ledger as the store's thread opens it. */
function openLedger({ folder, application, windows }: Order): LedgerPort {
  const ledger = new Ledger(new SqliteCallTable(openDatabase(folder, 'shared.db', CALL_SCHEMA)), windows);
  // Asynchronous like the thread; an exception becomes a rejection.
  const ask = <Answer>(answer: () => Answer): Promise<Answer> => Promise.resolve().then(answer);
  return {
    take: (share) => ask(() => ledger.take(application, share, Date.now())),
    end: (id, answered) =>
      ask(() => {
        ledger.end(application, id, answered, Date.now());
      }),
    giveBack: (id) =>
      ask(() => {
        ledger.giveBack(id);
      }),
    note: (startedAt, endedAt) =>
      ask(() => {
        ledger.note(application, startedAt, endedAt);
      }),
    refused: (until) => ask(() => ledger.refused(application, until, Date.now())),
    usage: () => ask(() => ledger.usage(application, Date.now())),
  };
}
