import assert from 'node:assert/strict';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import type { sampleScenarios } from '../../../src/sample/data/catalogue.ts';
import { createSampleTenant } from '../../../src/sample/api/sampleTenant.ts';
import type { SampleAnswer, SampleBlob, SampleTenant } from '../../../src/sample/api/sampleTenant.ts';

/** Start of the tenants in these tests. */
export const startedAt = Date.UTC(2026, 10, 23, 21, 0, 0);

export const apiUrl = 'https://api.tenant.test';

export interface WireCommand {
  readonly index: number;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly commandStatus: string;
  readonly errors: readonly string[];
  readonly command: {
    readonly type: string;
    readonly params: readonly { readonly key: string; readonly value: string }[];
  };
}

export interface WireAction {
  readonly id: string;
  readonly type: string;
  readonly requestor: string;
  readonly requestorComment: string;
  readonly status: string;
  readonly machineId: string;
  readonly computerDnsName: string;
  readonly creationDateTimeUtc: string;
  readonly lastUpdateDateTimeUtc: string;
  readonly cancellationDateTimeUtc: string | null;
  readonly errorHResult: number;
  readonly requestSource: string;
  readonly commands: readonly WireCommand[];
}

export interface WirePage {
  readonly '@odata.context': string;
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string;
  readonly value: readonly WireAction[];
}

/** Starts a tenant whose links are the blobs' names, and its clock. */
export function startTenant(pageSize?: number): { readonly tenant: SampleTenant; readonly clock: { now: number } } {
  const clock = { now: startedAt };
  const tenant = createSampleTenant({
    startedAt,
    now: () => clock.now,
    mintLink: (blobName, fileName) => `https://blobs.test/${blobName}?name=${fileName}`,
    ...(pageSize === undefined ? {} : { pageSize }),
  });
  return { tenant, clock };
}

/** Sends a GET request to the tenant. */
export async function ask(tenant: SampleTenant, path: string, query = ''): Promise<SampleAnswer> {
  return await tenant.answer({ method: 'GET', path, query, apiUrl });
}

/** Returns a page of the list. Asserts that the answer is 200. */
export async function list(tenant: SampleTenant, query = ''): Promise<WirePage> {
  const answer = await ask(tenant, '/api/machineactions', query);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as WirePage;
}

/** Encodes a list's query from its parts. */
export function odata(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Returns the path of the link call. The index may be invalid on purpose. */
export function linkPath(actionId: string, index: number | string): string {
  return `/api/machineactions/${actionId}/GetLiveResponseResultDownloadLink(index=${String(index)})`;
}

/** Returns the blob behind a command's link, or the link's status where there is none. */
export async function resultOf(tenant: SampleTenant, actionId: string, index: number): Promise<SampleBlob | number> {
  const answer = await ask(tenant, linkPath(actionId, index));
  if (answer.status !== 200) {
    return answer.status;
  }
  const { value } = JSON.parse(answer.body) as { value: string };
  const blob = tenant.blob(new URL(value).pathname.slice(1));
  assert.ok(blob, 'the link leads to a blob');
  return blob;
}

/** Returns the stored bytes of a scenario that has a result. */
export async function scenarioBytes(tenant: SampleTenant, name: keyof typeof sampleScenarios): Promise<Uint8Array> {
  const { actionId, commandIndex } = scenarioRef(name);
  const blob = await resultOf(tenant, actionId, commandIndex);
  assert.ok(typeof blob !== 'number', `${name} has a result, not ${JSON.stringify(blob)}`);
  return blob.bytes();
}

export interface Stored {
  readonly script_name: string;
  readonly exit_code: number;
  readonly script_output: string;
  readonly script_errors: string;
}

/** Returns a well-formed result, read strictly: fatal UTF-8, plain JSON. */
export async function scenarioResult(tenant: SampleTenant, name: keyof typeof sampleScenarios): Promise<Stored> {
  return readResult(await scenarioBytes(tenant, name));
}

/** Reads a result strictly: fatal UTF-8, plain JSON, no byte order mark. */
export function readResult(bytes: Uint8Array): Stored {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Stored;
}

/** Counts how often `part` occurs in `text`. */
export function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
