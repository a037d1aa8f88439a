import assert from 'node:assert/strict';
import { Agent, globalAgent } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { CallRecord, DefenderClient, DefenderClientOptions } from '../../src/defender/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { DownloadedResult } from '../../src/defender/download/download.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import type { FetchOptions } from '../../src/defender/download/resultFetcher.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import type { ScenarioRef } from '../../src/sample/data/catalogue.ts';
import { blobNameOf } from '../../src/sample/base/identifiers.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import type { SampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant, LocalTenantOptions } from '../tenant/localTenant.ts';

/** A command with a small result, for everything that does not depend on its content. */
export const SMALL = scenarioRef('exitZero');
/** A command with a result of 14 MB. */
export const LARGE = scenarioRef('largeLog');
export const PAGE = { liveResponseOnly: true, top: 5, skip: 0 } as const;
export const MAX_BYTES = 64 * 1024 * 1024;

/** A tenant, the product's client connected to it, and what one fault needs besides. */
export interface Stage {
  readonly tenant: LocalTenant;
  readonly clock: Clock;
  readonly token: string;
  /** Every secret that must not appear. */
  readonly secrets: string[];
  readonly records: CallRecord[];
  /** Host names of this run, and their names in the table. */
  readonly hostNames: Map<string, string>;
  readonly client: () => DefenderClient;
  /** Fetches link and download as one step, with a new client. */
  readonly fetch: (ref: ScenarioRef, signal: AbortSignal, options?: Partial<FetchOptions>) => Promise<DownloadedResult>;
  /** Returns the bytes that the sample tenant has stored for a command. */
  readonly stored: (ref: ScenarioRef) => Uint8Array;
  /** Runs `work` when the stage is stopped. */
  readonly setOptions: (options: Partial<DefenderClientOptions>) => void;
  /** Runs when the stage is struck. */
  readonly defer: (work: () => void | Promise<void>) => void;
  /** The next link in a list's answer. */
  nextLink?: string;
  /** The token of another program of the same application. */
  foreigner?: string;
  /** Host and port of a server that stands in for an endpoint of the tenant. */
  elsewhere?: string;
  /** Waits until the tenant has recorded the end of every download's connection. */
  readonly allClosed: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a tenant that this process trusts, and the client connected to it. */
export async function openStage(
  tenantOptions: LocalTenantOptions = {},
  speed = 20,
  skew = 0,
  trusted = true,
): Promise<Stage> {
  let sample: SampleTenant | undefined;
  const tenant = await startLocalTenant({
    ...tenantOptions,
    createSampleTenant: (options) => (sample = createSampleTenant(options)),
  });
  const untrust = trusted ? trust(tenant.ca) : () => undefined;
  const token = await tenant.mintAccessToken();
  const clock = fastClock(speed, skew);
  const records: CallRecord[] = [];
  const deferred: (() => void | Promise<void>)[] = [];
  let changes: Partial<DefenderClientOptions> = {};
  const client = (): DefenderClient =>
    createDefenderClient({
      apiUrl: tenant.apiUrl,
      getAccessToken: () => Promise.resolve(token),
      downloadHosts: () => [tenant.blobHost],
      clock,
      onCall: (record) => records.push(record),
      ...changes,
    });
  return {
    tenant,
    clock,
    token,
    secrets: [token],
    records,
    hostNames: new Map(),
    client,
    fetch: ({ actionId, commandIndex }, signal, options = {}) =>
      createResultFetcher(client(), clock).fetchResult(actionId, commandIndex, signal, {
        maxBytes: MAX_BYTES,
        ...options,
      }),
    stored: ({ actionId, commandIndex }) => {
      const blob = sample?.blob(blobNameOf(actionId, commandIndex));
      assert.ok(blob !== undefined);
      return blob.bytes();
    },
    setOptions: (options) => {
      changes = options;
    },
    defer: (work) => deferred.push(work),
    allClosed: () =>
      until(() => tenant.recording.requests.every(({ outcome }) => outcome !== 'open'), 'a connection stays open'),
    stop: async () => {
      for (const work of deferred.reverse()) await work();
      await tenant.stop();
      untrust();
    },
  };
}

/** Creates a clock that runs faster, and may be ahead of or behind the tenant's. */
function fastClock(speed: number, skew: number): Clock {
  const base = Date.now() + skew;
  const start = performance.now();
  return {
    now: () => Math.floor(base + (performance.now() - start) * speed),
    wait: (ms, signal) => systemClock.wait(ms / speed, signal),
  };
}

/**
 * Adds a certificate to the agent that axios uses, because that agent reads its options at every connection. Node reads
 * NODE_EXTRA_CA_CERTS only at its start.
 */
export function trust(ca: string): () => void {
  assert.ok(globalAgent instanceof Agent);
  const known = globalAgent.options.ca;
  globalAgent.options.ca = [...(Array.isArray(known) ? known : []), ca];
  return () => {
    globalAgent.options.ca = known;
  };
}

/** Waits until a condition is true. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `in vain: ${what}`);
    await pause(5);
  }
}

/** Returns a signal that is never aborted. */
export function patience(): AbortSignal {
  return new AbortController().signal;
}

/** Returns a port that nothing listens on, at least at this moment. */
export async function closedPort(): Promise<number> {
  const decoy = await openDecoy();
  await decoy.close();
  return decoy.port;
}

/** Opens a host that must never be visited. It counts its visits. */
export async function openDecoy(): Promise<{ port: number; visits: () => number; close: () => Promise<void> }> {
  let visits = 0;
  const server = createServer((socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  return { port, visits: () => visits, close };
}
