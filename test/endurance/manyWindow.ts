import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { Poller } from '../../src/actions/poller.ts';
import { SharedFindings } from '../../src/actions/sharedFindings.ts';
import { WatchedActions } from '../../src/actions/watchedActions.ts';
import { systemClock } from '../../src/base/clock.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import { parseServerTime } from '../../src/base/serverTime.ts';
import { isFinished } from '../../src/model/machineAction.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { createHttpTransport } from '../../src/defender/http.ts';
import { createDice } from '../unit/defender/simulatedClock.ts';
import { speedUp } from './fastClock.ts';
import { openSession } from './session.ts';

/** A window of many: a process of its own, with the product's client, worker and files. */
export interface ManyOrder {
  readonly window: string;
  readonly seed: number;
  readonly folder: string;
  readonly apiUrl: string;
  readonly token: string;
  readonly blobHost: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly factor: number;
  readonly since: number;
}

/** Files in the folder of all windows. */
export const CLOCK_FILE = 'system.clock';
export const EVENT_LOG = 'events.log';
/** Event of a time in which the machine gave a window no time. Its subject is the beginning, in microseconds. */
export const GAP = 'gap';
const GAP_US = 50_000n;

/** Pause between two clicks of a window, ms of its own time, at most. */
const CLICK_EVERY_MS = 12_000;

process.once('message', (order: unknown) => {
  work(order as ManyOrder).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

async function work(order: ManyOrder): Promise<void> {
  const { folder, tenantId, factor, since, seed } = order;
  const note = (event: string, about = ''): void => {
    appendFileSync(path.join(folder, EVENT_LOG), `${microseconds()} ${order.window} ${event} ${about}\n`);
  };
  noteGaps(note);
  speedUp(factor, since, path.join(folder, CLOCK_FILE));
  const tenant = { cloud: 'commercial', tenantId } as const;
  const watched = new WatchedActions();
  const session = openSession(folder, createHttpTransport(), systemClock, {
    apiUrl: order.apiUrl,
    token: order.token,
    downloadHosts: [order.blobHost],
    application: { tenantId, clientId: order.clientId },
    onFetch: (ref) => {
      note('fetch', ref.actionId);
    },
    onHold: (name) => {
      note('hold', name.replaceAll(/\s/gu, '_'));
    },
  });
  const { store, list, client } = session;
  const findings = new SharedFindings(store, () => true);
  const holder = randomUUID();
  list.onDidFind((found) => {
    void findings.share(tenant, found, (action) => isFinished(action) && watched.has(action.id)).catch(() => undefined);
  });
  list.onDidEnd((ended) => {
    for (const { id } of watched.take(ended)) note('notice', id);
  });
  const patience = new AbortController().signal;
  await list.ensureLoaded(patience).catch(() => undefined);
  for (const action of list.unfinished) watched.add(action);
  const poller = new Poller({
    clock: systemClock,
    followed: () => {
      const { unfinished, state } = list;
      if (unfinished.length === 0 || state.kind !== 'loaded') return undefined;
      return {
        name: `follow|${tenantId}`,
        created: unfinished.map((action) => parseServerTime(action.creationDateTimeUtc) ?? 0),
        poll: (signal) => list.poll(signal),
        hear: () =>
          findings.hear(tenant, list, (ids) => {
            watched.forget(ids);
          }),
      };
    },
    takeLease: (name, forMs) => store.call('takeLease', name, holder, forMs).catch(() => true),
    releaseLease: async (name) => {
      await store.call('releaseLease', name, holder).catch(() => undefined);
    },
    onFailure: () => undefined,
  });
  list.onDidChange(() => {
    poller.update();
  });
  poller.update();
  void fetchRun(session, tenant, patience, note);
  const dice = createDice(seed);
  for (;;) {
    await systemClock.wait(dice() * CLICK_EVERY_MS, patience);
    await client.getMachineAction(randomUUID(), patience, 'click').catch((error: unknown) => {
      const code = isLiveResponseError(error) ? error.code : 'raw';
      if (code !== 'notFound' && code !== 'rateLimited') note('error', code);
    });
  }
}

/** Returns the time of a clock that all processes of the machine share, and that nobody sets. */
function microseconds(): bigint {
  return process.hrtime.bigint() / 1000n;
}

/** Notes when the machine gave this process no time: a stop that nobody ordered. */
function noteGaps(note: (event: string, about: string) => void): void {
  let last = microseconds();
  setInterval(() => {
    const before = last;
    last = microseconds();
    if (last - before > GAP_US) note(GAP, before.toString());
  }, 10).unref();
}

/** Fetches the run again and again, as soon as the lease is free: what is stored costs nothing. */
async function fetchRun(
  { list, runs }: ReturnType<typeof openSession>,
  tenant: { readonly cloud: 'commercial'; readonly tenantId: string },
  signal: AbortSignal,
  note: (event: string, about?: string) => void,
): Promise<void> {
  for (;;) {
    await list
      .loadSpan({ from: '2000-01-01T00:00:00.000Z', before: '2100-01-01T00:00:00.000Z' }, signal)
      .catch(() => undefined);
    const run = findRuns(list.actions, tenant).find(({ words }) => words.script === huntingRun.scriptName);
    if (run !== undefined) {
      await runs.start(run, { again: true });
      note('run', runs.get(run.key)?.state);
      if (runs.get(run.key)?.state === 'ended') return;
    }
    await systemClock.wait(10_000, signal);
  }
}
