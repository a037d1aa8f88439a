import { env, ExtensionKind, UIKind } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { systemClock } from '../base/clock.ts';
import { Leases, sinceStart } from '../base/leases.ts';
import { loadReporter, startStoreThread } from '../lazy.ts';
import { tellMemoryOnly, tellStorageTrouble } from '../messages/notices.ts';
import { Settings } from '../platform/config.ts';
import { LastUse } from '../platform/lastUse.ts';
import { Log } from '../platform/log.ts';
import { createTelemetry } from '../platform/telemetry.ts';
import type { Telemetry } from '../platform/telemetry.ts';
import type { Policy } from '../policy/policy.ts';
import { leasePort } from '../worker/ports.ts';
import { WorkerClient } from '../worker/workerClient.ts';

/** Services that all others need. */
export interface GroundServices {
  readonly log: Log;
  /** Settings that an administrator decides. */
  readonly policy: Policy;
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  /** Client of the thread that works with the databases. */
  readonly worker: WorkerClient;
  /** Leases. While one window has a lease, no other window does the same work. */
  readonly leases: Leases;
  /** Version of this extension, from its manifest. */
  readonly toolVersion: string;
  /**
   * Whether the system's browser can reach a port of this extension. In a remote window, e.g. over SSH, it can only if
   * the extension runs on the same machine as the window.
   */
  readonly canLoopback: boolean;
  /** Time at which this window was last used. */
  readonly lastUse: LastUse;
  /** Deletes every secret of this extension and everything else that VS Code stores for it. */
  readonly forgetAll: () => Promise<void>;
}

export function createGround(context: ExtensionContext, policy: Policy): GroundServices {
  const { extension, globalState, globalStorageUri, secrets, workspaceState } = context;
  const log = new Log();
  const settings = new Settings(policy);
  const telemetry = createTelemetry(loadReporter, settings.sendsTelemetry);
  const folder = globalStorageUri.scheme === 'file' ? globalStorageUri.fsPath : undefined;
  const worker = new WorkerClient({
    folder,
    startThread: startStoreThread,
    keeps: () => settings.storageRules().keep,
    onFault: (fault) => {
      tellStorageTrouble(fault, log);
    },
    onMemoryOnly: (reason) => {
      log.info(`databases are not open: ${reason}`);
      const cause = folder === undefined ? 'noFolder' : 'noDatabase';
      tellMemoryOnly(log, cause);
      telemetry.send({ name: 'storageMemoryOnly', cause });
    },
  });
  const lastUse = new LastUse(workspaceState);
  const { version } = extension.packageJSON as { readonly version: string };
  return {
    log,
    policy,
    settings,
    telemetry,
    worker,
    leases: new Leases(leasePort(worker), systemClock, sinceStart),
    lastUse,
    toolVersion: version,
    canLoopback: extension.extensionKind === ExtensionKind.UI && env.uiKind === UIKind.Desktop,
    forgetAll: async () => {
      lastUse.forget();
      // Deletes the secrets by their stored keys, because the names of removed connections are known nowhere else.
      for (const key of await secrets.keys()) await secrets.delete(key);
      for (const memento of [globalState, workspaceState]) {
        for (const key of memento.keys()) await memento.update(key, undefined);
      }
    },
  };
}
