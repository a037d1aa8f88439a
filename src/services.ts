import { env, ExtensionKind, UIKind } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { apiUrlOf } from './connections/connection.ts';
import type { Connection } from './connections/connection.ts';
import { ConnectionList } from './connections/connectionList.ts';
import { Sessions } from './connections/sessions.ts';
import type { Session } from './connections/sessions.ts';
import { Leases } from './base/leases.ts';
import { SignIns } from './connections/signIns.ts';
import type { LedgerPort, Priority } from './defender/calls/budget.ts';
import { systemClock } from './base/clock.ts';
import { isLiveResponseError, LiveResponseError } from './base/errors.ts';
import type { DownloadLimits } from './defender/download/download.ts';
import type { MachineAction } from './defender/schema.ts';
import type { DownloadLink, TenantClient } from './defender/tenantClient.ts';
import { CompanionTabs } from './documents/companionTabs.ts';
import { HelpDocument } from './documents/helpDocument.ts';
import {
  loadDownloadLink,
  loadMsal,
  loadNoteTexts,
  loadReporter,
  loadSampleTransport,
  loadSignInSender,
  loadTenantClient,
  startAnalysisThread,
  startStoreThread,
} from './lazy.ts';
import { EvidenceNotes } from './notes/evidenceNotes.ts';
import { RunOverviews } from './documents/runOverview/runOverviews.ts';
import { EvidenceReports } from './notes/evidenceReports.ts';
import { PinnedNotes } from './notes/pinnedNotes.ts';
import { allowedDownloadHosts, maxDownloadBytes, sendsTelemetry, storageRules } from './platform/config.ts';
import { KeptSecrets } from './platform/keptSecrets.ts';
import { Log } from './platform/log.ts';
import { isSpentByOthers } from './messages/failureMessages.ts';
import { tellMemoryOnly, tellSecretsInMemory, tellStorageTrouble } from './messages/notices.ts';
import { createTelemetry } from './platform/telemetry.ts';
import type { Telemetry } from './platform/telemetry.ts';
import { Analysis } from './analysis/analysis.ts';
import { estimateRun } from './runs/runEstimate.ts';
import { loadUnknown } from './runs/runHosts.ts';
import { RunFetches } from './runs/runFetch.ts';
import type { RunRecord } from './model/runRecord.ts';
import { StoredSearch } from './results/search/storedSearch.ts';
import { ResultSaves } from './results/save/resultSaves.ts';
import { ResultService } from './results/resultService.ts';
import type { FindSource } from './results/resultSource.ts';
import { ResultStore } from './results/resultStore.ts';
import { ledgerPort, leasePort } from './worker/ports.ts';
import { WorkerClient } from './worker/workerClient.ts';
import { ActionsView } from './tree/actionsView.ts';
import type { ActionsViewParts } from './tree/actionsView.ts';
import { CallsItem } from './statusBar/callsItem.ts';
import { RunItem } from './statusBar/runItem.ts';
import { SavedFilters } from './tree/savedFilters.ts';

const SAMPLE_START = 'liveResponse.sampleStartedAt';

/**
 * Singletons, each built once, after the singletons that it needs. Commands receive the complete object. Tests build
 * the object from parts of their own.
 */
export interface Services {
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Client of the thread that works with the databases. */
  readonly worker: WorkerClient;
  readonly store: ResultStore;
  /** Thread that reads stored texts for commands and views. */
  readonly analysis: Analysis;
  /** Thread that makes outlines, so that outlines and commands do not wait for each other. */
  readonly outlining: Analysis;
  readonly signIns: SignIns;
  /**
   * Whether the system's browser can reach a port of this extension. In a remote window, e.g. over SSH, it can only if
   * the extension runs on the same machine as the window.
   */
  readonly canLoopback: boolean;
  readonly connections: ConnectionList;
  readonly sessions: Sessions;
  readonly results: ResultService;
  readonly saves: ResultSaves;
  readonly search: StoredSearch;
  /** Downloads the file of a pasted link, without a call to the API. */
  readonly downloadLink: (...request: LinkRequest) => ReturnType<DownloadLink>;
  /** Deletes every secret of this extension and everything else that VS Code stores for it. */
  readonly forgetAll: () => Promise<void>;
  readonly notes: EvidenceNotes;
  /**
   * Fetches the server's present version of an action, with one call. After a 404, the error names connection and
   * account.
   */
  readonly fetchAction: (
    session: Session,
    actionId: string,
    signal: AbortSignal,
    priority?: Priority,
  ) => Promise<MachineAction>;
  readonly companions: CompanionTabs;
  readonly pinnedNotes: PinnedNotes;
  readonly reports: EvidenceReports;
  readonly help: HelpDocument;
  readonly toolVersion: string;
  readonly calls: CallsItem;
  readonly runs: RunFetches;
  /** Leases. While one window has a lease, no other window does the same work. */
  readonly leases: Leases;
  readonly runOverviews: RunOverviews;
  readonly runItem: RunItem;
  /** Estimates how long, in milliseconds, this number of background calls for a run takes. */
  readonly estimateRun: (record: Pick<RunRecord, 'run'>, calls: number) => Promise<number>;
  readonly view: ActionsView;
  readonly savedFilters: SavedFilters;
}

type LinkRequest = [link: string, signal: AbortSignal, limits: DownloadLimits];

/** Builds the services. Opens no file and no connection, because each service opens what it needs at its first use. */
export function createServices(
  context: ExtensionContext,
  registered: Pick<ActionsViewParts, 'view' | 'treeChanged'>,
): Services {
  const log = new Log();
  const telemetry = createTelemetry(loadReporter, sendsTelemetry);
  const folder = context.globalStorageUri.scheme === 'file' ? context.globalStorageUri.fsPath : undefined;
  const analysis = new Analysis({ startThread: startAnalysisThread });
  const worker = new WorkerClient({
    folder,
    startThread: startStoreThread,
    keeps: () => storageRules().keep,
    onFault: (fault) => {
      tellStorageTrouble(fault, log);
    },
    onMemoryOnly: (reason) => {
      log.info(`results are kept in memory only: ${reason}`);
      tellMemoryOnly(log);
      telemetry.send({ name: 'storageMemoryOnly', cause: folder === undefined ? 'noFolder' : 'noDatabase' });
    },
  });
  const store = new ResultStore({ worker, analysis, rules: storageRules });
  const signIns = new SignIns({
    secrets: new KeptSecrets(context.secrets, () => {
      tellSecretsInMemory(log);
    }),
    worker,
    clock: systemClock,
    loadMsal,
    loadSend: loadSignInSender,
    log: (level, text) => {
      log.library(level, text);
    },
    environment: process.env,
    platform: process.platform,
  });
  const connections = new ConnectionList(worker);
  const calls = new CallsItem(async () => {
    const { active } = connections;
    return active === undefined ? undefined : ledgerPort(worker, active).usage();
  });
  const sessions = new Sessions(connections, (connection) =>
    openTenant(connection, { signIns, log, telemetry, context, worker, calls }),
  );
  const view = new ActionsView({ ...registered, connections, signIns, sessions, store, worker, log });
  signIns.onDidChange((connection) => {
    // A session is renewed because another account may have access to other devices.
    sessions.renew(connection);
    view.reload(connection);
  });
  const fetchAction: Services['fetchAction'] = async (session, actionId, signal, priority) => {
    try {
      const action = await view.storeOf(session).fetch(actionId, signal, priority);
      view.follower.watch(action);
      return action;
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'notFound') throw error;
      // Defender gives the same answer for an action that does not exist and for an action that the account has no
      // permission to see. Therefore the error names the account and the connection.
      const { name } = session.connection;
      const account = await signIns.account(session.connection);
      throw new LiveResponseError('notFound', { ...error.values, connection: name, ...(account && { account }) });
    }
  };
  const findSource: FindSource = async (ref) => {
    // A result that was opened from a file belongs to no tenant, so it cannot be fetched.
    if (ref.cloud === 'file') throw new LiveResponseError('notStoredFile');
    await connections.load();
    const connection = connections.forTenant(ref);
    if (connection === undefined) throw new LiveResponseError('noConnection');
    const session = sessions.of(connection);
    const { fetchResult, fetchInto, receivedAction } = await session.client();
    return {
      connectionName: connection.name,
      account: () => signIns.account(connection),
      fetchResult,
      fetchInto,
      receivedAction,
      toolVersion: versionOf(context),
      knownAction: (actionId) => session.known(actionId),
      fetchAction: (actionId, signal, priority) => fetchAction(session, actionId, signal, priority),
    };
  };
  const results = new ResultService({ store, findSource, maxBytes: maxDownloadBytes });
  const leases = new Leases(leasePort(worker), systemClock);
  const runs = new RunFetches({
    store,
    worker,
    open: (ref, signal) => results.open(ref, { signal, priority: 'background' }),
    prepare: async (run, missing, signal) => {
      const connection = connections.forTenant(run.tenant);
      if (connection !== undefined) await loadUnknown(sessions.of(connection).actions(true), run, missing, signal);
    },
    hold: (name, signal, work) => leases.hold(name, signal, work),
    clock: systemClock,
  });
  const estimate: Services['estimateRun'] = async ({ run }, count) => {
    const connection = connections.forTenant(run.tenant);
    return connection === undefined ? 0 : estimateRun(count, await ledgerPort(worker, connection).usage(), Date.now());
  };
  return {
    log,
    telemetry,
    worker,
    store,
    analysis,
    outlining: new Analysis({ startThread: startAnalysisThread }),
    signIns,
    canLoopback: context.extension.extensionKind === ExtensionKind.UI && env.uiKind === UIKind.Desktop,
    connections,
    sessions,
    results,
    saves: new ResultSaves(findSource),
    search: new StoredSearch(worker),
    downloadLink: async (...request) => {
      const download = await loadDownloadLink();
      const own = connections.all.filter(({ cloud }) => cloud === 'custom').flatMap((one) => one.downloadHosts ?? []);
      return download(...request, {
        downloadHosts: () => [...own, ...allowedDownloadHosts()],
        // Only a custom connection's own hosts can run storage other than Azure's. All other hosts must send Azure's
        // headers.
        expectAzureHeaders: !own.includes(new URL(request[0]).host),
        onCall: (record) => {
          log.call(record);
        },
      });
    },
    forgetAll: async () => {
      // Deletes by the stored keys, because the names of removed connections are known nowhere else.
      for (const key of await context.secrets.keys()) await context.secrets.delete(key);
      for (const memento of [context.globalState, context.workspaceState]) {
        for (const key of memento.keys()) await memento.update(key, undefined);
      }
    },
    notes: new EvidenceNotes({ store, loadTexts: loadNoteTexts, toolVersion: versionOf(context) }),
    fetchAction,
    companions: new CompanionTabs(),
    pinnedNotes: new PinnedNotes(context.workspaceState),
    reports: new EvidenceReports(),
    help: new HelpDocument(),
    toolVersion: versionOf(context),
    calls,
    runs,
    leases,
    runOverviews: new RunOverviews({ store, runs, memento: context.globalState, estimate }),
    runItem: new RunItem({ runs, estimate, missing: async (record) => (await runs.missing(record)).length }),
    estimateRun: estimate,
    view,
    savedFilters: new SavedFilters(context.globalState),
  };
}

/** Returns the version of this extension from its manifest. */
function versionOf({ extension }: ExtensionContext): string {
  const { version } = extension.packageJSON as { readonly version: string };
  return version;
}

interface TenantParts extends Pick<Services, 'signIns' | 'log' | 'telemetry' | 'worker' | 'calls'> {
  readonly context: ExtensionContext;
}

async function openTenant(connection: Connection, parts: TenantParts): Promise<TenantClient> {
  const { signIns, log, telemetry, context, worker, calls } = parts;
  const createTenantClient = await loadTenantClient();
  const ledger = ledgerPort(worker, connection);
  const custom = connection.cloud === 'custom';
  const common = {
    connection: connection.name,
    apiUrl: apiUrlOf(connection),
    onOddRows: (rows: Parameters<Log['oddRows']>[0]) => {
      log.oddRows(rows);
    },
    onCall: (record: Parameters<Log['call']>[0]) => {
      log.call(record);
      if (record.door === 'api') void calls.update();
      if (record.door === 'api' && record.outcome === 429) void countRefusal(ledger, telemetry);
    },
  };
  if (connection.signIn === 'sample') {
    const createSampleTransport = await loadSampleTransport();
    // The start time is stored forever. With another start time, the same sample results would have other times and
    // hashes than the stored copies.
    const startedAt = context.globalState.get<number>(SAMPLE_START) ?? Date.now();
    await context.globalState.update(SAMPLE_START, startedAt);
    const transport = createSampleTransport({ now: Date.now, startedAt });
    return createTenantClient(ledger, { ...common, transport, getAccessToken: () => Promise.resolve('sample') });
  }
  return createTenantClient(ledger, {
    ...common,
    getAccessToken: (signal, refusal) => signIns.getAccessToken(connection, signal, refusal),
    downloadHosts: () => [...(connection.downloadHosts ?? []), ...allowedDownloadHosts()],
    expectAzureHeaders: !custom,
  });
}

/** Counts every 429 of the API, even if the call is then repeated and the user sees no message. */
async function countRefusal(ledger: LedgerPort, telemetry: Telemetry): Promise<void> {
  const usage = await ledger.usage().catch(() => undefined);
  telemetry.send({ name: 'callRefused', spentBy: isSpentByOthers(usage?.minute) ? 'others' : 'us' });
}
