import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import type { SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';
import { keepText } from '../secrets/runFolder.ts';
import { createApiService } from './apiService.ts';
import type { RetryAfter } from './apiService.ts';
import { startBlobStore } from './blobStore.ts';
import type { BlobStore } from './blobStore.ts';
import { createCertificate, writeCaFile } from './certificate.ts';
import { openDoor } from './door.ts';
import type { DoorHandler } from './door.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import type { Lifetimes } from './identity/directory.ts';
import { startIdentity } from './identity/identity.ts';
import type { Identity } from './identity/identity.ts';
import { createGraphService } from './graphService.ts';
import { DOCUMENTED_LIMITS, createRateLimiter, HUNTING_LIMITS, PACKAGE_LIMITS } from './rateLimit.ts';
import type { RateLimiter, RateWindow } from './rateLimit.ts';
import { createRecording } from './recording.ts';
import type { Recording } from './recording.ts';
import { CLOUD_AUDIENCES, DEFENDER_AUDIENCE } from './tokens.ts';
import type { MintOptions } from './tokens.ts';
import { createTokenVerifier } from './verifyToken.ts';

/** Changes to a plain local tenant. */
export interface LocalTenantOptions {
  /** The behavior; the product's sample tenant if not given. */
  readonly createSampleTenant?: (options: SampleTenantOptions) => SampleTenant;
  /** 30 minutes if not given, as in reality. */
  readonly linkLifetimeSeconds?: number;
  readonly limits?: readonly RateWindow[];
  readonly packageLimits?: readonly RateWindow[];
  readonly huntingLimits?: readonly RateWindow[];
  readonly retryAfter?: RetryAfter;
  /** The roles of the tenant's application. */
  readonly applicationRoles?: readonly string[];
  /** The roles of the tenant's application, and the permissions of its users, in Microsoft Graph. */
  readonly graphPermissions?: readonly string[];
  /** Permissions of the application for the users who sign in to it, as in `scp`. */
  readonly delegatedPermissions?: readonly string[];
  /** Audiences of the API besides those of the clouds. */
  readonly audiences?: readonly string[];
  /** Lifetimes of tokens and codes. */
  readonly lifetimes?: Partial<Lifetimes>;
  /** The moment that the times of the sample's data relate to; now if not given. */
  readonly startedAt?: number;
}

/** A Defender tenant on this machine's loopback. */
export interface LocalTenant {
  /** `https://localhost:PORT`, to which `/api/…` is added. */
  readonly apiUrl: string;
  /** `https://localhost:PORT` of the Microsoft Graph of this tenant. */
  readonly graphUrl: string;
  /** `https://localhost:PORT`; the authority is this and `/<tenantId>`. */
  readonly loginUrl: string;
  /** The scope of a token request. */
  readonly scope: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Host and port in result links. */
  readonly blobHost: string;
  /** File for `NODE_EXTRA_CA_CERTS`; removed by `stop`. */
  readonly caFile: string;
  /** Our certificate in PEM, for clients in this process: Node reads the variable only at its start. */
  readonly ca: string;
  readonly recording: Recording;
  readonly faults: Faults;
  readonly limiter: RateLimiter;
  readonly packageLimiter: RateLimiter;
  readonly huntingLimiter: RateLimiter;
  readonly identity: Identity;
  readonly mintAccessToken: (options?: MintOptions) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const HALF_AN_HOUR = 1800;

/** Starts a tenant: API, blob store and sign-in, each on its own port with one certificate. */
export async function startLocalTenant(options: LocalTenantOptions = {}): Promise<LocalTenant> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'local-tenant-'));
  const closers: (() => Promise<void>)[] = [
    async () => {
      await rm(directory, { recursive: true, force: true });
    },
  ];
  const stop = async (): Promise<void> => {
    // The last one opened closes first. The list is emptied, so that a second stop does nothing.
    for (const close of closers.splice(0).reverse()) {
      await close();
    }
  };
  try {
    return await start(options, directory, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: LocalTenantOptions,
  directory: string,
  closers: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<LocalTenant> {
  const certificate = await createCertificate();
  const caFile = path.join(directory, 'ca.pem');
  await writeCaFile(caFile, certificate);
  const recording = createRecording();
  closers.push(() => {
    keepText('recording.json', JSON.stringify(recording.requests));
    return Promise.resolve();
  });
  const faults = createFaults();
  const shared = { certificate, recording, faults };

  // Created after the sample, because it needs the sample's tenant id.
  const late: { blobs?: BlobStore } = {};
  const stored = new Map<string, Promise<void>>();
  const linkLifetime = (options.linkLifetimeSeconds ?? HALF_AN_HOUR) * 1000;
  const sample = (options.createSampleTenant ?? createSampleTenant)({
    startedAt: options.startedAt ?? Date.now(),
    now: Date.now,
    mintLink: async (blobName, fileName) => {
      const blob = sample.blob(blobName);
      const { blobs } = late;
      if (blobs === undefined || blob === undefined) {
        throw new Error(`the sample tenant links a blob that it does not have: ${blobName}`);
      }
      // Stored at the first link instead of at the start: some results are large, and most are never requested.
      const put = stored.get(blobName) ?? blobs.put(blobName, blob.bytes());
      stored.set(blobName, put);
      // A failed blob is stored again at the next link.
      put.catch(() => stored.delete(blobName));
      await put;
      return blobs.sas(blobName, { expiresAt: Date.now() + linkLifetime, fileName });
    },
  });
  const { tenantId } = sample;

  const blobs = await startBlobStore({ ...shared, tenantId, directory });
  late.blobs = blobs;
  closers.push(blobs.stop);
  // Opened before the sign-in service, whose tokens name its address.
  const lateGraph: { handle?: DoorHandler } = {};
  const graph = await openDoor({
    ...shared,
    name: 'graph',
    handle: (...request) => {
      if (lateGraph.handle === undefined) throw new Error('the tenant is not complete yet');
      return lateGraph.handle(...request);
    },
  });
  closers.push(graph.close);
  const audiences = [...CLOUD_AUDIENCES, ...(options.audiences ?? [])];
  const { delegatedPermissions, lifetimes } = options;
  const identity = await startIdentity({
    ...shared,
    tenantId,
    directory,
    graph: { audience: graph.url, permissions: options.graphPermissions ?? ['ThreatHunting.Read.All'] },
    audiences,
    applicationRoles: options.applicationRoles ?? ['Machine.ReadWrite.All'],
    ...(delegatedPermissions === undefined ? {} : { delegatedPermissions }),
    ...(lifetimes === undefined ? {} : { lifetimes }),
  });
  closers.push(identity.stop);

  const limiter = createRateLimiter(options.limits ?? DOCUMENTED_LIMITS);
  const huntingLimiter = createRateLimiter(options.huntingLimits ?? HUNTING_LIMITS);
  const authorizationUri = `${identity.loginUrl}/${tenantId}/oauth2/v2.0/authorize`;
  const issued = { jwks: identity.jwks, issuer: identity.issuer, tenantId, authorizationUri };
  lateGraph.handle = createGraphService({
    sample,
    verify: createTokenVerifier({ ...issued, audiences: [graph.url], context: () => undefined }),
    limiter: huntingLimiter,
    graphUrl: () => graph.url,
  });
  const packageLimiter = createRateLimiter(options.packageLimits ?? PACKAGE_LIMITS);
  let apiUrl = '';
  const handle = createApiService({
    sample,
    verify: createTokenVerifier({ ...issued, audiences, context: () => identity.policies.apiContext }),
    limiter,
    packageLimiter,
    retryAfter: options.retryAfter ?? 'seconds',
    apiUrl: () => apiUrl,
  });
  const api = await openDoor({ ...shared, name: 'api', handle });
  closers.push(api.close);
  apiUrl = api.url;

  return {
    apiUrl,
    graphUrl: graph.url,
    loginUrl: identity.loginUrl,
    scope: `${DEFENDER_AUDIENCE}/.default`,
    tenantId,
    clientId: identity.clientId,
    clientSecret: identity.clientSecret,
    blobHost: blobs.host,
    caFile,
    ca: certificate.cert,
    recording,
    faults,
    limiter,
    packageLimiter,
    huntingLimiter,
    identity,
    mintAccessToken: identity.mintAccessToken,
    stop,
  };
}
