import type { createTenantClient, DownloadLink } from './defender/tenantClient.ts';
import type { SendSignIn } from './defender/transport.ts';
import type { CreateReporter } from './platform/telemetry.ts';
import type { AnalysisThread } from './analysis/analysis.ts';
import type { StoreThread } from './results/resultStore.ts';
import type { MsalTokens } from './identity/msal/createMsalTokens.ts';
import type { noteTexts } from './notes/noteTexts.ts';
import { toAnalysisThread } from './analysis/workerThread.ts';
import type { createSampleTransport } from './sample/api/sampleTransport.ts';

/*
 * The only file with import(): what stands behind these is built into bundles of its own, so that activation loads
 * none of it. See scripts/build.ts for how each path becomes a file beside extension.cjs.
 */

/** HTTP, the API's client and the checks on its answers. */
export async function loadTenantClient(): Promise<typeof createTenantClient> {
  return (await import('./defender/tenantClient.ts')).createTenantClient;
}

/** Downloads by a pasted link. */
export async function loadDownloadLink(): Promise<DownloadLink> {
  return (await import('./defender/tenantClient.ts')).downloadLink;
}

/** The way to the sign-in service: with the same HTTP. */
export async function loadSignInSender(): Promise<SendSignIn> {
  return (await import('./defender/tenantClient.ts')).createTenantSignIn();
}

/** Signing in through msal. */
export async function loadMsal(): Promise<MsalTokens> {
  return (await import('./identity/msal/createMsalTokens.ts')).msalTokens;
}

/** What writes Markdown. */
export async function loadNoteTexts(): Promise<typeof noteTexts> {
  return (await import('./notes/noteTexts.ts')).noteTexts;
}

/** The tenant that lives in memory. */
export async function loadSampleTransport(): Promise<typeof createSampleTransport> {
  return (await import('./sample/api/sampleTransport.ts')).createSampleTransport;
}

/** Put in by scripts/build.ts; empty in every build that was not given one. */
declare const TELEMETRY_CONNECTION_STRING: string;

/** What sends telemetry. Without a connection string neither this nor its bundle is built: undefined then. */
export const loadReporter =
  TELEMETRY_CONNECTION_STRING === ''
    ? undefined
    : async (): Promise<CreateReporter> => {
        const { createReporter } = await import('./platform/telemetryReporter.ts');
        return (isAllowed) => createReporter(TELEMETRY_CONNECTION_STRING, isAllowed);
      };

/**
 * What the thread may let pile up before it tidies, MB. Without a limit a result of 300 MB, read in pieces, takes 100 MB
 * more, and not a moment less.
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
      // What is added to a large result is needed nowhere else: it is moved, not copied.
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
 * What the heap of the thread for analysis may take, MB: four times the largest text that is read whole. Beyond it the
 * thread ends, and not the extension host.
 */
const ANALYSIS_MB = 512;

/** Starts a thread that reads what devices wrote. It knows no store, no network and no VS Code. */
export async function startAnalysisThread(): Promise<AnalysisThread> {
  const { Worker } = await import('node:worker_threads');
  const path = await import('node:path');
  const worker = new Worker(path.join(__dirname, 'analysis.cjs'), {
    resourceLimits: { maxOldGenerationSizeMb: ANALYSIS_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    env: {},
  });
  return toAnalysisThread(worker);
}
