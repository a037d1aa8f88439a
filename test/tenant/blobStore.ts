import { randomBytes, randomUUID } from 'node:crypto';
import { request as httpsRequest, Agent } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createAzurite, loadAzurite } from './azurite.ts';
import { asAzureWouldSay } from './blobErrors.ts';
import type { Certificate } from './certificate.ts';
import { noteSecret } from '../secrets/runFolder.ts';
import { openDoor } from './door.ts';
import type { Faults } from './faults.ts';
import type { Recording } from './recording.ts';
import { blobSasQuery, writerSasQuery } from './sas.ts';
import type { DoorAnswer } from './sendAnswer.ts';

/** The expiry and file name of a blob's link. */
export interface SasOptions {
  /** ms since 1970. */
  readonly expiresAt: number;
  readonly fileName: string;
}

/** A real blob server behind a recording proxy. */
export interface BlobStore {
  /** Host and port of the proxy, as in the links. */
  readonly host: string;
  /** Stores a blob; the name begins with its container. */
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>;
  /** Signs a link to a blob. The blob need not exist. */
  readonly sas: (name: string, options: SasOptions) => string;
  readonly stop: () => Promise<void>;
}

/** The parts that a blob store needs. */
export interface BlobStoreOptions {
  readonly certificate: Certificate;
  readonly recording: Recording;
  readonly faults: Faults;
  readonly tenantId: string;
  /** Folder for the certificate's files: Azurite reads them from disk. */
  readonly directory: string;
}

const ACCOUNT = 'automatedirstrprdeus';
// Azurite's account table belongs to the process, and so does the key: two tenants in one process must not lock each
// other out.
const ACCOUNT_KEY = randomBytes(64);
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection']);

/**
 * Starts Azurite in this process, behind the recording proxy. Azurite itself would accept an Authorization header and
 * forget it.
 */
export async function startBlobStore(options: BlobStoreOptions): Promise<BlobStore> {
  const certFile = path.join(options.directory, 'blob.crt');
  const keyFile = path.join(options.directory, 'blob.key');
  await writeFile(certFile, options.certificate.cert);
  await writeFile(keyFile, options.certificate.key, { mode: 0o600 });
  const azurite = await loadAzurite();
  noteSecret(ACCOUNT_KEY.toString('base64'));
  azurite.accounts.set(ACCOUNT, { name: ACCOUNT, key1: ACCOUNT_KEY });
  const server = createAzurite(azurite, certFile, keyFile);
  // Azurite has read the files. A test that crashes leaves the folder behind, but no key in it.
  await rm(keyFile);
  await rm(certFile);
  await server.start();
  const origin = server.getHttpServerAddress();
  // Without kept connections: nothing else runs while a large blob is made, and Azurite closes connections that are
  // idle for 5 s, possibly at their next use.
  const agent = new Agent({ keepAlive: false, ca: options.certificate.cert });
  const door = await openDoor({
    name: 'blob',
    certificate: options.certificate,
    recording: options.recording,
    faults: options.faults,
    handle: async (incoming) => {
      const answer = await forward(
        origin,
        agent,
        incoming.method ?? 'GET',
        incoming.url ?? '/',
        incoming.headers,
        incoming,
      );
      return asAzureWouldSay(toAnswer(answer), incoming.url ?? '/');
    },
  });
  const containers = new Map<string, Promise<void>>();
  const objectId = randomUUID();

  const write = async (target: string, headers: OutgoingHttpHeaders, bytes: Uint8Array): Promise<void> => {
    const mark = target.includes('?') ? '&' : '?';
    const signed = `/${ACCOUNT}/${target}${mark}${writerSasQuery(ACCOUNT, ACCOUNT_KEY)}`;
    const answer = await forward(origin, agent, 'PUT', signed, { ...headers, 'content-length': bytes.length }, bytes);
    answer.resume();
    if (answer.statusCode !== 201) {
      throw new Error(
        `Azurite answered ${String(answer.statusCode)} to PUT ${target}: ${String(answer.headers['x-ms-error-code'])}`,
      );
    }
  };

  return {
    host: `localhost:${door.port}`,
    put: async (name, bytes) => {
      const { container, blob } = parts(name);
      const created = containers.get(container) ?? write(`${container}?restype=container`, {}, new Uint8Array());
      containers.set(container, created);
      await created;
      // The type of the real blobs is unknown; this one is Azure's default.
      await write(
        `${container}/${blob}`,
        { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' },
        bytes,
      );
    },
    sas: (name, { expiresAt, fileName }) => {
      const { container, blob } = parts(name);
      const query = blobSasQuery({
        account: ACCOUNT,
        container,
        blob,
        expiresAt,
        fileName,
        tenantId: options.tenantId,
        objectId,
        delegationKey: azurite.getUserDelegationKeyValue,
      });
      return `${door.url}/${ACCOUNT}/${name}?${query}`;
    },
    stop: async () => {
      await door.close();
      agent.destroy();
      await server.close();
    },
  };
}

function parts(name: string): { container: string; blob: string } {
  const slash = name.indexOf('/');
  if (slash < 1) {
    throw new Error(`a blob's name begins with its container: ${name}`);
  }
  return { container: name.slice(0, slash), blob: name.slice(slash + 1) };
}

async function forward(
  origin: string,
  agent: Agent,
  method: string,
  target: string,
  headers: OutgoingHttpHeaders,
  body: Uint8Array | IncomingMessage,
): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    // `path` instead of a URL object, because the target must reach Azurite exactly as it was signed.
    const outgoing = httpsRequest(
      { hostname, port, path: target, method, agent, headers: withoutHops(headers) },
      resolve,
    );
    outgoing.on('error', reject);
    if (body instanceof Uint8Array) {
      outgoing.end(body);
    } else {
      body.pipe(outgoing);
    }
  });
}

function toAnswer(answer: IncomingMessage): DoorAnswer {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(withoutHops(answer.headers))) {
    if (typeof value === 'string' || Array.isArray(value)) {
      headers[name] = value;
    }
  }
  return {
    status: answer.statusCode ?? 502,
    headers: { ...headers, server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0' },
    body: answer,
  };
}

function withoutHops(headers: IncomingHttpHeaders | OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase())));
}
