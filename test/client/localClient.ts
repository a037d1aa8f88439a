import assert from 'node:assert/strict';
import { Agent, globalAgent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { CallRecord, DefenderClient, DefenderClientOptions } from '../../src/defender/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { FailureValues, LiveResponseError } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failures.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import type { FetchResult, ResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant, LocalTenantOptions } from '../tenant/localTenant.ts';
import type { RecordedRequest } from '../tenant/recording.ts';

export const LIMITS = { maxBytes: 64 * 1024 * 1024 } as const;
export const PAGE = { liveResponseOnly: true, top: 50, skip: 0 } as const;

/** A command with a small result, for everything that does not depend on its content. */
export const SMALL = scenarioRef('exitZero');

/** Runs at normal speed but shortens every wait to a twentieth: pauses between retries are short. */
const impatientClock: Clock = {
  now: systemClock.now,
  wait: (ms, signal) => systemClock.wait(ms / 20, signal),
};

/** A tenant, and the product's client connected to it with its own transport, over TLS. */
export interface Stage {
  readonly tenant: LocalTenant;
  readonly token: string;
  readonly records: CallRecord[];
  readonly client: (options?: Partial<DefenderClientOptions>) => DefenderClient;
  /** Fetches link and download as one step, into memory or elsewhere. */
  readonly resultFetcher: (options?: Partial<DefenderClientOptions>) => ResultFetcher;
  /** Fetches into memory. */
  readonly fetcher: (options?: Partial<DefenderClientOptions>) => FetchResult;
  /** Lists the requests, one per line: `kind status`. */
  readonly heard: () => string[];
  /** Clears the recording, the planned faults and the counts. */
  readonly clear: () => void;
  /** Stops the tenant after a last check of all requests that reached it. */
  readonly stop: () => Promise<void>;
}

/** Starts a tenant that this process trusts. */
export async function openStage(options?: LocalTenantOptions): Promise<Stage> {
  const tenant = await startLocalTenant(options);
  trust(tenant.ca);
  const token = await tenant.mintAccessToken();
  const records: CallRecord[] = [];
  const every: RecordedRequest[] = [];
  const client: Stage['client'] = (change = {}) =>
    createDefenderClient({
      apiUrl: tenant.apiUrl,
      getAccessToken: () => Promise.resolve(token),
      downloadHosts: () => [tenant.blobHost],
      clock: impatientClock,
      onCall: (record) => records.push(record),
      ...change,
    });
  const resultFetcher: Stage['resultFetcher'] = (change) => createResultFetcher(client(change), impatientClock);
  return {
    tenant,
    token,
    records,
    client,
    resultFetcher,
    fetcher: (change) => resultFetcher(change).fetchResult,
    heard: () => tenant.recording.requests.map(({ kind, status }) => `${kind} ${status ?? 'none'}`),
    clear: () => {
      every.push(...tenant.recording.requests);
      tenant.recording.clear();
      tenant.faults.clear();
      tenant.limiter.reset();
      tenant.packageLimiter.reset();
      tenant.huntingLimiter.reset();
      records.length = 0;
    },
    stop: async () => {
      every.push(...tenant.recording.requests);
      await tenant.stop();
      // Secrets stay put and this version reads only (rules 4 and 5): checks all requests to the tenant in this file.
      for (const { door, method, authorization, path, query } of every) {
        assert.equal(method, door === 'graph' ? 'POST' : 'GET', `${method} ${path}`);
        if (door === 'graph') assert.equal(path + query, '/v1.0/security/runHuntingQuery');
        assert.equal(authorization !== undefined, door !== 'blob', `Authorization at ${door}: ${path}`);
      }
    },
  };
}

/**
 * Adds a certificate to the agent that axios uses, because that agent reads its options at every connection. Node reads
 * NODE_EXTRA_CA_CERTS only at its start.
 */
function trust(ca: string): void {
  assert.ok(globalAgent instanceof Agent);
  const known = globalAgent.options.ca;
  globalAgent.options.ca = [...(Array.isArray(known) ? known : []), ca];
}

/** Returns the failure of a call that must fail, after a check that it carries no secret. */
export async function failureOf(work: Promise<unknown>, stage: Stage): Promise<LiveResponseError> {
  let thrown: unknown;
  try {
    await work;
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, 'it did not fail');
  const seen = [
    inspect(thrown, { depth: 10, showHidden: true, getters: true }),
    JSON.stringify(thrown),
    JSON.stringify(stage.records),
    thrown instanceof Error ? thrown.toString() : '',
  ].join('\n');
  for (const secret of [stage.token, stage.token.slice(-40), 'Bearer', 'sig=', 'skoid', 'eyJ']) {
    assert.ok(!seen.includes(secret), `${secret} is in ${seen}`);
  }
  assert.ok(isLiveResponseError(thrown), inspect(thrown));
  return thrown;
}

/** Does the same as {@link failureOf}. The failure must have this code and at least these values. */
export async function fails(
  work: Promise<unknown>,
  stage: Stage,
  code: FailureCode,
  values: FailureValues = {},
): Promise<LiveResponseError> {
  const error = await failureOf(work, stage);
  assert.equal(error.code, code, inspect(error));
  assert.deepEqual({ ...error.values, ...values }, error.values);
  return error;
}

/** Waits until a condition is true, 5 s at most. A test that waits in vain fails by its own assertion afterwards. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition() && performance.now() < end) await pause(10);
}

/** Returns a signal that is never aborted. */
export function patience(): AbortSignal {
  return new AbortController().signal;
}
