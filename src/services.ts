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
import { ActionsView } from './tree/actionsView.ts';
import type { ActionsViewParts } from './tree/actionsView.ts';
import { CallsItem } from './statusBar/callsItem.ts';
import { RunItem } from './statusBar/runItem.ts';
import { SavedFilters } from './tree/savedFilters.ts';

const SAMPLE_START = 'liveResponse.sampleStartedAt';

/** Everything there is one of, built once and in order. Commands get it whole; tests build one with parts of their own. */
export interface Services {
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly store: ResultStore;
  /** The thread that reads stored texts for commands and views. */
  readonly analysis: Analysis;
  /** The one that makes outlines: an outline does not wait for a command, nor a command for an outline. */
  readonly outlining: Analysis;
  readonly signIns: SignIns;
  /** Whether the system's browser can answer to a port of ours. Over SSH it can where we run beside the window. */
  readonly canLoopback: boolean;
  readonly connections: ConnectionList;
  readonly sessions: Sessions;
  readonly results: ResultService;
  readonly saves: ResultSaves;
  readonly search: StoredSearch;
  /** Downloads what a pasted link leads to, without a call. */
  readonly downloadLink: (...request: LinkRequest) => ReturnType<DownloadLink>;
  /** Forgets every secret and all that VS Code keeps for us. */
  readonly forgetAll: () => Promise<void>;
  readonly notes: EvidenceNotes;
  /** An action as the server has it now: one call. A 404 names connection and account. */
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
  /** One window at a time works under a name. */
  readonly leases: Leases;
  readonly runOverviews: RunOverviews;
  readonly runItem: RunItem;
  /** How long so many results of a run take in the background, ms. */
  readonly estimateRun: (record: Pick<RunRecord, 'run'>, calls: number) => Promise<number>;
  readonly view: ActionsView;
  readonly savedFilters: SavedFilters;
}

type LinkRequest = [link: string, signal: AbortSignal, limits: DownloadLimits];

/** Builds the services. Opens no file and no connection: each does that when it is first asked. */
export function createServices(
  context: ExtensionContext,
  registered: Pick<ActionsViewParts, 'view' | 'treeChanged'>,
): Services {
  const log = new Log();
  const telemetry = createTelemetry(loadReporter, sendsTelemetry);
  const folder = context.globalStorageUri.scheme === 'file' ? context.globalStorageUri.fsPath : undefined;
  const analysis = new Analysis({ startThread: startAnalysisThread });
  const store = new ResultStore({
    folder,
    startThread: startStoreThread,
    analysis,
    rules: storageRules,
    onFault: (fault) => {
      tellStorageTrouble(fault, log);
    },
    onMemoryOnly: (reason) => {
      log.info(`results are kept in memory only: ${reason}`);
      tellMemoryOnly(log);
      telemetry.send({ name: 'storageMemoryOnly', cause: folder === undefined ? 'noFolder' : 'noDatabase' });
    },
  });
  const signIns = new SignIns({
    secrets: new KeptSecrets(context.secrets, () => {
      tellSecretsInMemory(log);
    }),
    store,
    clock: systemClock,
    loadMsal,
    loadSend: loadSignInSender,
    log: (level, text) => {
      log.library(level, text);
    },
    environment: process.env,
    platform: process.platform,
  });
  const connections = new ConnectionList(store);
  const calls = new CallsItem(async () => {
    const { active } = connections;
    return active === undefined ? undefined : sharedLedger(store, active).usage();
  });
  const sessions = new Sessions(connections, (connection) =>
    openTenant(connection, { signIns, log, telemetry, context, store, calls }),
  );
  const view = new ActionsView({ ...registered, connections, signIns, sessions, store, log });
  signIns.onDidChange((connection) => {
    // Another person may see other devices.
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
      // The same answer for "does not exist" and "not yours to see": so it says who asked, and where.
      const { name } = session.connection;
      const account = await signIns.account(session.connection);
      throw new LiveResponseError('notFound', { ...error.values, connection: name, ...(account && { account }) });
    }
  };
  const findSource: FindSource = async (ref) => {
    // No tenant ever answered it.
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
  const leases = new Leases(
    {
      take: (name, holder, forMs) => store.call('takeLease', name, holder, forMs),
      release: (name, holder) => store.call('releaseLease', name, holder),
    },
    systemClock,
  );
  const runs = new RunFetches({
    store,
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
    return connection === undefined ? 0 : estimateRun(count, await sharedLedger(store, connection).usage(), Date.now());
  };
  return {
    log,
    telemetry,
    store,
    analysis,
    outlining: new Analysis({ startThread: startAnalysisThread }),
    signIns,
    canLoopback: context.extension.extensionKind === ExtensionKind.UI && env.uiKind === UIKind.Desktop,
    connections,
    sessions,
    results,
    saves: new ResultSaves(findSource),
    search: new StoredSearch(store),
    downloadLink: async (...request) => {
      const download = await loadDownloadLink();
      const own = connections.all.filter(({ cloud }) => cloud === 'custom').flatMap((one) => one.downloadHosts ?? []);
      return download(...request, {
        downloadHosts: () => [...own, ...allowedDownloadHosts()],
        // Only whoever set up a tenant of their own may have storage that is not Azure's.
        expectAzureHeaders: !own.includes(new URL(request[0]).host),
        onCall: (record) => {
          log.call(record);
        },
      });
    },
    forgetAll: async () => {
      // Of connections that are gone, too: nobody else knows their names any more.
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

/** Of this extension, as its manifest has it. */
function versionOf({ extension }: ExtensionContext): string {
  const { version } = extension.packageJSON as { readonly version: string };
  return version;
}

interface TenantParts extends Pick<Services, 'signIns' | 'log' | 'telemetry' | 'store' | 'calls'> {
  readonly context: ExtensionContext;
}

async function openTenant(connection: Connection, parts: TenantParts): Promise<TenantClient> {
  const { signIns, log, telemetry, context, store, calls } = parts;
  const createTenantClient = await loadTenantClient();
  const ledger = sharedLedger(store, connection);
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
    // Kept for good: with another start the same results would have other times, and other hashes than the stored ones.
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

/** Every refusal by the server, also one that is tried again and that nobody hears of. */
async function countRefusal(ledger: LedgerPort, telemetry: Telemetry): Promise<void> {
  const usage = await ledger.usage().catch(() => undefined);
  telemetry.send({ name: 'callRefused', spentBy: isSpentByOthers(usage?.minute) ? 'others' : 'us' });
}

/** The server counts calls per application and tenant, and so do all windows together. */
function sharedLedger(store: ResultStore, { tenantId, clientId }: Connection): LedgerPort {
  const application = `${tenantId}|${clientId}`;
  return {
    take: (share) => store.call('takeCall', application, share),
    end: (id, answered) => store.call('endCall', application, id, answered),
    giveBack: (id) => store.call('giveBackCall', id),
    refused: (until) => store.call('callsRefused', application, until),
    usage: () => store.call('callUsage', application),
  };
}
