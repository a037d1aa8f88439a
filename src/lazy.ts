import type { createTenantClient, createTenantHunting, DownloadLink } from './defender/tenantClient.ts';
import type { SendSignIn, SendStampQuery } from './defender/transport.ts';
import type { CreateReporter } from './platform/telemetry.ts';
import type { AnalysisThread } from './analysis/analysis.ts';
import type { StoreThread } from './worker/workerClient.ts';
import type { MsalTokens } from './identity/msal/createMsalTokens.ts';
import type { noteTexts } from './notes/noteTexts.ts';
import { toAnalysisThread } from './analysis/workerThread.ts';
import type { CaseTools } from './case/caseTools.ts';
import type { writePack } from './runs/pack/packWriter.ts';
import type { openPack } from './runs/pack/read/openPack.ts';
import type { writeParquet } from './runs/parquetFile.ts';
import type { createSampleHunting, createSampleTransport } from './sample/api/sampleTransport.ts';

/*
 * Only this file and loadCore.ts contain import(). The code that these functions load is built into separate bundles,
 * so that activation loads none of it. See scripts/build.ts for how each path becomes a file beside extension.cjs.
 */

/** Loads HTTP, the Defender API's client and the checks of the API's answers. */
export async function loadTenantClient(): Promise<typeof createTenantClient> {
  return (await import('./defender/tenantClient.ts')).createTenantClient;
}

/** Loads the function that downloads the file of a pasted link. */
export async function loadDownloadLink(): Promise<DownloadLink> {
  return (await import('./defender/tenantClient.ts')).downloadLink;
}

/** Loads the client for hunting queries. It uses the same HTTP code as the API's client. */
export async function loadTenantHunting(): Promise<typeof createTenantHunting> {
  return (await import('./defender/tenantClient.ts')).createTenantHunting;
}

/** Loads the function that sends requests to the sign-in service. It uses the same HTTP code as the API's client. */
export async function loadSignInSender(): Promise<SendSignIn> {
  return (await import('./defender/tenantClient.ts')).createTenantSignIn();
}

/** Loads the function that asks for time stamps. It uses the same HTTP code as the API's client. */
export async function loadStampSender(): Promise<SendStampQuery> {
  return (await import('./defender/tenantClient.ts')).createTenantStamps();
}

/** Loads the functions that sign in through the msal library. */
export async function loadMsal(): Promise<MsalTokens> {
  return (await import('./identity/msal/createMsalTokens.ts')).msalTokens;
}

/** Loads the functions that write Markdown. */
export async function loadNoteTexts(): Promise<typeof noteTexts> {
  return (await import('./notes/noteTexts.ts')).noteTexts;
}

/** Loads the function that writes Parquet. */
export async function loadParquetWriter(): Promise<typeof writeParquet> {
  return (await import('./runs/parquetFile.ts')).writeParquet;
}

/** Loads the function that writes hand-over packs. */
export async function loadPackWriter(): Promise<typeof writePack> {
  return (await import('./runs/pack/packWriter.ts')).writePack;
}

/** Loads the function that reads and checks hand-over packs. */
export async function loadPackReader(): Promise<typeof openPack> {
  return (await import('./runs/pack/read/openPack.ts')).openPack;
}

/** Loads the functions on the files of a case. */
export async function loadCaseTools(): Promise<CaseTools> {
  return (await import('./case/caseTools.ts')).caseTools;
}

/** Loads the sample tenant, which exists only in memory. */
export async function loadSampleTransport(): Promise<typeof createSampleTransport> {
  return (await import('./sample/api/sampleTransport.ts')).createSampleTransport;
}

/** Loads the sample's answers to hunting queries. */
export async function loadSampleHunting(): Promise<typeof createSampleHunting> {
  return (await import('./sample/api/sampleTransport.ts')).createSampleHunting;
}

/** Connection string for telemetry. scripts/build.ts inserts it; it is empty in a build that was given none. */
declare const TELEMETRY_CONNECTION_STRING: string;

/**
 * Loads the telemetry reporter. Undefined in a build without a connection string. Such a build contains neither this
 * function nor the reporter's bundle.
 */
export const loadReporter =
  TELEMETRY_CONNECTION_STRING === ''
    ? undefined
    : async (): Promise<CreateReporter> => {
        const { createReporter } = await import('./platform/telemetryReporter.ts');
        return (isAllowed) => createReporter(TELEMETRY_CONNECTION_STRING, isAllowed);
      };

/**
 * Limit for the young generation of a thread's heap, in MB. Without this limit, reading a result of 300 MB in pieces
 * takes 100 MB more memory and is not faster.
 */
const YOUNG_MB = 32;

/** Starts the thread that stores and decodes results. */
export async function startStoreThread(): Promise<StoreThread> {
  const { Worker } = await import('node:worker_threads');
  const path = await import('node:path');
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  return {
    send: (request) => {
      // Nothing else needs the bytes that are added to a large result, so they are moved to the thread and not copied.
      const bytes = request.method === 'addLarge' ? request.args[1] : undefined;
      const moved = bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
      worker.postMessage(request, moved);
    },
    onAnswer: (listener) => {
      worker.on('message', listener);
    },
    onEnd: (listener) => {
      worker.on('error', (error) => {
        listener(error instanceof Error ? error.message : 'error');
      });
      worker.on('exit', () => {
        listener('exit');
      });
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

/**
 * Limit for the heap of the analysis thread, in MB: four times the size of the largest text that is read in one piece.
 * If a text needs more, the thread ends and the extension host keeps running.
 */
const ANALYSIS_MB = 512;

/** Starts a thread that reads text from devices. It has no access to the store, the network or VS Code. */
export async function startAnalysisThread(): Promise<AnalysisThread> {
  const { Worker } = await import('node:worker_threads');
  const path = await import('node:path');
  const worker = new Worker(path.join(__dirname, 'analysis.cjs'), {
    resourceLimits: { maxOldGenerationSizeMb: ANALYSIS_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    env: {},
  });
  return toAnalysisThread(worker);
}
