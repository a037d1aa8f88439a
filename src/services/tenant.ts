import type { ExtensionContext } from 'vscode';
import { AuditTrail } from '../actions/auditTrail.ts';
import { WatchedActions } from '../actions/watchedActions.ts';
import { systemClock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import { ConnectionList } from '../connections/connectionList.ts';
import { NoResults } from '../connections/noResults.ts';
import { Packs } from '../connections/packs.ts';
import { Sessions } from '../connections/sessions.ts';
import { ownerOf } from '../connections/connection.ts';
import type { Session } from '../connections/sessions.ts';
import { ShownActions } from '../connections/shownActions.ts';
import { SignIns } from '../connections/signIns.ts';
import type { Priority } from '../defender/calls/budget.ts';
import type { DownloadLimits } from '../defender/download/download.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { DownloadLink } from '../defender/tenantClient.ts';
import { loadDownloadLink, loadMsal, loadSampleHunting, loadSignInSender, loadTenantHunting } from '../lazy.ts';
import { tellSecretsInMemory } from '../messages/notices.ts';
import { HuntingConsent } from '../platform/huntingConsent.ts';
import { KeptSecrets } from '../platform/keptSecrets.ts';
import type { FindSource } from '../results/resultSource.ts';
import type { GroundServices } from './ground.ts';
import { createHunt } from './hunting.ts';
import type { Hunt } from './hunting.ts';
import { openTenant } from './openTenant.ts';

/** Services for tenants: connections, sign-ins, and the machine actions that a tenant lists. */
export interface TenantServices {
  readonly signIns: SignIns;
  readonly connections: ConnectionList;
  readonly sessions: Sessions;
  /** The audit trail that was opened from an export, or fetched. */
  readonly auditTrail: AuditTrail;
  /** The hand-over packs that are open in this window. */
  readonly packs: Packs;
  /** Whether a connection may send hunting queries to Microsoft Graph. */
  readonly huntingConsent: HuntingConsent;
  /** Runs a hunting query: one POST that only reads. Refused without the person's consent. */
  readonly hunt: Hunt;
  /** Explains why commands have no result. */
  readonly noResults: NoResults;
  /** The choice of a list, which the view shows. */
  readonly actions: ShownActions;
  /** Actions whose end the user waits for. */
  readonly watched: WatchedActions;
  /**
   * Fetches the server's present version of an action, with one call, and watches the action. After a 404, the error
   * names connection and account.
   */
  readonly fetchAction: (
    session: Session,
    actionId: string,
    signal: AbortSignal,
    priority?: Priority,
  ) => Promise<MachineAction>;
  /** Downloads the file of a pasted link, without a call to the API. */
  readonly downloadLink: (...request: LinkRequest) => ReturnType<DownloadLink>;
  /** Finds the connection from which a result can be fetched. */
  readonly findSource: FindSource;
  /** Fires after each call to the API, whether or not an answer arrived. */
  readonly onDidCall: Emitter<void>['event'];
}

type LinkRequest = [link: string, signal: AbortSignal, limits: DownloadLimits];

export function createTenantServices(context: ExtensionContext, ground: GroundServices): TenantServices {
  const { log, policy, settings, worker, toolVersion } = ground;
  const called = new Emitter<void>();
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
    allowsWay: (connection, way) => policy.allowsWay(connection, way),
  });
  const connections = new ConnectionList(worker, policy);
  const packs = new Packs(connections);
  const sessions = new Sessions(connections, (connection) =>
    openTenant(connection, {
      packs,
      ...ground,
      signIns,
      state: context.globalState,
      onCalled: () => {
        called.fire();
      },
    }),
  );
  const auditTrail = new AuditTrail(
    (tenant) => {
      const connection = connections.forTenant(tenant);
      return connection === undefined ? undefined : sessions.of(connection).actions(true);
    },
    () => actions.shown,
  );
  const huntingConsent = new HuntingConsent({
    get: (owner) => worker.call('consent', owner),
    set: (owner, state, seen) => worker.call('setConsent', owner, state, seen),
  });
  let owners: readonly string[] = [];
  connections.onDidChange(() => {
    const before = owners;
    owners = connections.all.map(ownerOf);
    huntingConsent.forgetGone(before, owners).catch((error: unknown) => {
      ground.log.failure('consent to hunting queries', error);
    });
  });
  const hunt = createHunt({
    ...ground,
    signIns,
    connections,
    consent: huntingConsent,
    state: context.globalState,
    loadTenantHunting,
    loadSampleHunting,
  });
  const noResults = new NoResults({ connections, sessions, packs });
  const actions = new ShownActions(connections, sessions);
  signIns.onDidChange((connection) => {
    // A session is renewed because another account may have access to other devices.
    sessions.renew(connection);
    actions.reload(connection);
  });
  const watched = new WatchedActions();
  const fetchAction: TenantServices['fetchAction'] = async (session, actionId, signal, priority) => {
    try {
      const action = await session.fetchAction(actionId, signal, priority);
      // Nothing happens in a pack any more.
      if (session.connection.cloud !== 'pack') watched.add(action);
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
  return {
    signIns,
    connections,
    sessions,
    packs,
    auditTrail,
    huntingConsent,
    hunt,
    noResults,
    actions,
    watched,
    fetchAction,
    onDidCall: called.event,
    findSource: async (ref) => {
      // A result that was opened from a file belongs to no tenant, so it cannot be fetched.
      if (ref.cloud === 'file') throw new LiveResponseError('notStoredFile');
      await connections.load();
      if (ref.cloud === 'pack' && packs.of(ref) === undefined)
        throw new LiveResponseError('notInPack', { reason: 'closed' });
      const connection = connections.forTenant(ref);
      if (connection === undefined) throw new LiveResponseError('noConnection');
      const session = sessions.of(connection);
      const { fetchResult, fetchInto, fetchPackageInto, receivedAction } = await session.client();
      return {
        connectionName: connection.name,
        account: () => signIns.account(connection),
        fetchResult,
        fetchInto,
        fetchPackageInto,
        receivedAction,
        toolVersion,
        knownAction: (actionId) => session.known(actionId),
        fetchAction: (actionId, signal, priority) => fetchAction(session, actionId, signal, priority),
      };
    },
    downloadLink: async (...request) => {
      const download = await loadDownloadLink();
      const custom = connections.all.filter(({ cloud }) => cloud === 'custom');
      const own = custom.flatMap((one) => one.downloadHosts ?? []);
      return download(...request, {
        downloadHosts: () => settings.downloadHosts(custom),
        // Only a custom connection's own hosts can run storage other than Azure's. All other hosts must send Azure's
        // headers.
        expectAzureHeaders: !own.includes(new URL(request[0]).host),
        onCall: (record) => {
          log.call(record);
        },
      });
    },
  };
}
