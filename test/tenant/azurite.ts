import { createRequire } from 'node:module';
import { azuriteBundle } from './azuriteBundle.ts';

/** The part of Azurite's blob server that the tests use. */
export interface AzuriteServer {
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** `https://127.0.0.1:PORT`, after the start. */
  readonly getHttpServerAddress: () => string;
}

/** The exports of our bundle of Azurite. */
interface AzuriteModule {
  readonly BlobConfiguration: new (...settings: readonly unknown[]) => object;
  readonly BlobServer: new (configuration: object) => AzuriteServer;
  readonly MemoryExtentChunkStore: new (limitBytes?: number) => object;
  readonly accounts: Map<string, { name: string; key1: Buffer }>;
  readonly getUserDelegationKeyValue: (
    oid: string,
    tid: string,
    start: string,
    expiry: string,
    version: string,
  ) => string;
}

/** Loads the bundle. Builds it first where it is missing. */
export async function loadAzurite(): Promise<AzuriteModule> {
  const require = createRequire(import.meta.url);
  return require(await azuriteBundle()) as AzuriteModule;
}

/**
 * Creates a blob server over HTTPS on a free port, in memory, without logs and without telemetry. The caller starts it.
 */
export function createAzurite(azurite: AzuriteModule, certFile: string, keyFile: string): AzuriteServer {
  const configuration = new azurite.BlobConfiguration(
    '127.0.0.1',
    0,
    5, // keepAliveTimeout, seconds
    'unused', // metadata database: in memory, never written
    'unused', // extent database: the same
    [],
    false, // access log
    undefined,
    false, // debug log
    undefined,
    false, // loose
    true, // skipApiVersionCheck
    certFile,
    keyFile,
    '',
    undefined, // no OAuth: SAS only
    true, // disableProductStyleUrl: /account/container/blob
    true, // in memory
    // Replaces Azurite's own store, which all servers of a process share: stopping one would empty the other.
    new azurite.MemoryExtentChunkStore(),
  );
  return new azurite.BlobServer(configuration);
}
