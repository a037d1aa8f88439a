import assert from 'node:assert/strict';
import { QueuedBudget } from '../../../src/defender/calls/budget.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { createLocalLedger } from '../../../src/defender/calls/localLedger.ts';
import { failure, faults } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { askLarge, atApi, atBlob, refusal } from '../produce.ts';
import { patience, until } from '../stage.ts';
import type { Stage } from '../stage.ts';

const base = { where: 'this machine', arrange: () => undefined, ends: failure('cancelled') } as const;
const CLOSES = 'closes the connection at once';

/** Waits until so many requests have arrived at an endpoint. */
function arrived(door: 'api' | 'blob', count = 1): (stage: Stage) => Promise<void> {
  return ({ tenant }) => until(() => tenant.recording.at(door).length >= count, `${count} at ${door}`);
}

/** Waits until the last request of an endpoint has this outcome in the tenant's recording. */
function ended(door: 'api' | 'blob', outcome: 'left' | 'answered'): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.allClosed();
    assert.equal(stage.tenant.recording.at(door).at(-1)?.outcome, outcome);
  };
}

/** Cancels while the client waits for a token that does not come. */
function waitingForToken(): Pick<Fault, 'options' | 'cancelWhen'> {
  let asked = false;
  return {
    options: () => ({
      getAccessToken: (signal) =>
        new Promise((_resolve, reject) => {
          asked = true;
          signal.addEventListener('abort', () => {
            reject(new LiveResponseError('cancelled'));
          });
        }),
    }),
    cancelWhen: () => until(() => asked, 'no token was asked for'),
  };
}

/** Creates a call budget of one call a minute, which is already spent. */
function spentBudget(): Pick<Fault, 'arrange' | 'options' | 'cancelWhen' | 'check'> {
  let budget = new QueuedBudget(createLocalLedger(systemClock), systemClock);
  let waiting = false;
  return {
    arrange: async () => {
      const ledger = createLocalLedger(systemClock, [
        { calls: 1, ms: 3000 },
        { calls: 10, ms: 3_600_000 },
      ]);
      budget = new QueuedBudget(ledger, systemClock);
      const slot = await budget.take('click', patience());
      await slot.end(true);
      waiting = false;
    },
    options: () => ({
      budget: {
        take: (priority, signal) => {
          waiting = true;
          return budget.take(priority, signal);
        },
        refused: (time) => budget.refused(time),
        usage: () => budget.usage(),
      },
    }),
    cancelWhen: () => until(() => waiting, 'nobody waits'),
    check: async () => {
      assert.equal((await budget.usage()).minute, 1, 'a call that was not sent counts');
    },
  };
}

/** Faults where the user cancels. */
export const CANCELS = faults([
  {
    ...base,
    id: 'cancel-token',
    happens: 'cancelled while a token is waited for',
    client: 'sends nothing',
    ...waitingForToken(),
    apiCalls: 0,
    downloads: 0,
  },
  {
    ...base,
    id: 'cancel-queue',
    happens: 'cancelled while it waits for a slot, because the minute is spent',
    client: 'sends nothing, counts nothing',
    ...spentBudget(),
    apiCalls: 0,
    downloads: 0,
  },
  {
    ...base,
    id: 'cancel-api-waiting',
    happens: 'cancelled while the API has not answered',
    client: `${CLOSES}; the call counts, for the server counts it`,
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'api', holdMs: 60_000 });
    },
    cancelWhen: arrived('api'),
    apiCalls: 1,
    downloads: 0,
    check: ended('api', 'left'),
  },
  {
    ...base,
    id: 'cancel-api-body',
    happens: 'cancelled in the middle of the API’s answer',
    client: CLOSES,
    arrange: atApi({ kind: 'drip', bytesPerSecond: 20 }),
    cancelWhen: ({ tenant }) => until(() => (tenant.recording.at('api')[0]?.bytesSent ?? 0) > 0, 'no bytes'),
    apiCalls: 1,
    downloads: 0,
    check: ended('api', 'left'),
  },
  {
    ...base,
    id: 'cancel-pause',
    happens: 'cancelled while it waits for the end of a `Retry-After`',
    client: 'does not ask again',
    arrange: atApi(refusal(429, '429', '', { 'retry-after': '100' })),
    cancelWhen: async (stage) => {
      await arrived('api')(stage);
      await stage.allClosed();
    },
    apiCalls: 1,
    downloads: 0,
    check: ended('api', 'answered'),
  },
  {
    ...base,
    id: 'cancel-blob-waiting',
    happens: 'cancelled while the blob host has not answered',
    client: CLOSES,
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'blob', holdMs: 60_000 });
    },
    cancelWhen: arrived('blob'),
    apiCalls: 1,
    downloads: 1,
    check: ended('blob', 'left'),
  },
  {
    ...base,
    id: 'cancel-blob-body',
    happens: 'cancelled in the middle of 14 MB',
    client: CLOSES,
    arrange: atBlob({ kind: 'drip', bytesPerSecond: 100_000 }),
    ask: (stage, signal) => askLarge(stage, signal),
    cancelWhen: ({ tenant }) => until(() => (tenant.recording.at('blob')[0]?.bytesSent ?? 0) > 0, 'no bytes'),
    apiCalls: 1,
    downloads: 1,
    check: ended('blob', 'left'),
  },
]);
