import { commands, l10n, ThemeIcon } from 'vscode';
import { toFetchedTrail } from '../../actions/fetchedTrail.ts';
import type { AuditScope } from '../../actions/fetchedTrail.ts';
import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import { graphUrlOf, ownerOf } from '../../connections/connection.ts';
import type { Connection } from '../../connections/connection.ts';
import { readAuditExport } from '../../evidence/audit/auditRecords.ts';
import { sessionsQuery } from '../../evidence/blocks/huntingQuery.ts';
import { HUNTING_PERMISSION } from '../../identity/permissions.ts';
import { forbidden } from '../../messages/policy/policyWords.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { ask, confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { auditViewId } from '../../platform/viewIds.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { findDevice } from '../common/findDevice.ts';
import type { Device, DeviceServices } from '../common/findDevice.ts';
import { recordOfLink } from '../common/recordOfLink.ts';
import { IN_ACTIONS_VIEW, IN_AUDIT_VIEW, MAY_FETCH_AUDIT, ON_MACHINE_ROW, ON_ONE_ROW, all } from '../common/when.ts';
import { askPerson } from '../connections/signIn.ts';
import { copySessionsQuery } from './openHuntingResults.ts';

/** Days that the choice offers. Advanced hunting keeps 30. */
const DAYS = [1, 7, 30] as const;
const CONFIRM_MS = 5000;

type FetchServices = DeviceServices &
  Pick<Services, 'canLoopback' | 'hunt' | 'huntingConsent' | 'signIns' | 'telemetry'>;

/**
 * `liveResponse.fetchAuditTrail`: asks Microsoft Graph for the audit trail of a tenant: one query. The person allows it
 * once for each connection, and chooses time and devices each time. VS Code gives the command of a title the focused
 * row, so a row only adds its device to the choice.
 */
async function fetchAuditTrail(
  services: FetchServices,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const device = await deviceOf(services, args);
  const { connections } = services;
  const connection = (device === undefined ? undefined : connections.forTenant(device)) ?? connections.active;
  if (connection === undefined) return;
  const graphUrl = graphUrlOf(connection);
  if (graphUrl === undefined) {
    await tellNoGraph(connection);
    return;
  }
  if (!(await isAllowed(services, connection, graphUrl))) return;
  const scope = await askForScope(services, connection, device);
  if (scope !== undefined) await fetchAndOpen(services, runner, { connection, graphUrl, scope });
}

/** Returns the device of a row; undefined for a row without a device, and if its ID is unknown. */
async function deviceOf(services: FetchServices, args: readonly unknown[]): Promise<Device | undefined> {
  const [row] = args;
  // Other rows of the audit trail, and a record of one that was opened before, name no device.
  if (!isTreeNode(row) && recordOfLink(services.auditTrail, row) === undefined) return undefined;
  const device = await findDevice(services, [row]);
  return device?.machineId ? device : undefined;
}

/** Says why a connection cannot ask Microsoft Graph, and offers the way without it. */
async function tellNoGraph({ name, signIn }: Connection): Promise<void> {
  const why =
    signIn === 'accessToken'
      ? l10n.t('"{0}" has an access token for Defender only, and Microsoft Graph needs one of its own.', name)
      : l10n.t('"{0}" names no address of Microsoft Graph. Edit the connection to add it.', name);
  const copy = l10n.t('Copy the Query for the Portal');
  const edit = l10n.t('Edit Connection…');
  const sentence = `${why} ${l10n.t('Or run the query in the portal, and open its export.')}`;
  const answer = await notify('information', sentence, copy, ...(signIn === 'accessToken' ? [] : [edit]));
  if (answer === copy) await copySessionsQuery();
  if (answer === edit) await commands.executeCommand(commandIds.editConnection, name);
}

/** Asks once for each connection whether it may send hunting queries. The sample tenant sends none. */
async function isAllowed(
  { connections, huntingConsent }: Pick<Services, 'connections' | 'huntingConsent'>,
  connection: Connection,
  graphUrl: string,
): Promise<boolean> {
  const owner = ownerOf(connection);
  if (connection.signIn === 'sample') return true;
  const seen = await huntingConsent.look(owner);
  if (seen.isGiven) return true;
  const allow = l10n.t('Allow and Continue');
  const answer = await ask(
    {
      severity: 'information',
      question: l10n.t('May "{0}" ask Microsoft Graph for the audit trail?', connection.name),
      details: [
        l10n.t(
          'Each fetch sends one hunting query to {0}. It only reads. It needs the permission {1}, which reads all tables of advanced hunting.',
          new URL(graphUrl).host,
          HUNTING_PERMISSION,
        ),
        l10n.t(
          'The answer names people and devices. It is kept in memory until the window closes. "Turn Off for This Connection" stands among the choices that come next.',
        ),
      ],
    },
    allow,
  );
  // The connection may have been removed or led elsewhere while the question was open.
  const isThere = connections.all.some((one) => ownerOf(one) === owner);
  if (answer !== allow) return false;
  if (!isThere) {
    void notify('information', l10n.t('"{0}" was changed meanwhile, so nothing was asked.', connection.name));
    return false;
  }
  if (await huntingConsent.give(owner, seen)) return true;
  void notify(
    'information',
    l10n.t('"{0}" was turned off in another window meanwhile, so nothing was asked.', connection.name),
  );
  return false;
}

async function askForScope(
  { huntingConsent }: Pick<Services, 'huntingConsent'>,
  connection: Connection,
  device: Device | undefined,
): Promise<AuditScope | undefined> {
  const { machineId } = device ?? {};
  const one = machineId ? { machineId, name: device?.name ?? machineId.slice(0, 8) } : undefined;
  const ofDevice = {
    iconPath: new ThemeIcon('device-desktop'),
    label: l10n.t('{0}, Last {1} Days', one?.name ?? '', 30),
    description: l10n.t('this device only'),
    scope: { days: 30, device: one },
  };
  const ofAll = DAYS.map((days) => ({
    iconPath: new ThemeIcon('history'),
    label: days === 1 ? l10n.t('Last 24 Hours') : l10n.t('Last {0} Days', days),
    description: days === 30 ? l10n.t('all devices; all that advanced hunting keeps') : l10n.t('all devices'),
    scope: { days, device: undefined },
  }));
  const off = {
    iconPath: new ThemeIcon('circle-slash'),
    label: l10n.t('Turn Off for This Connection'),
    description: l10n.t('you are asked again before the next query'),
    scope: undefined,
  };
  const choices = [
    ...(one === undefined ? [] : [ofDevice]),
    ...ofAll,
    ...(connection.signIn === 'sample' ? [] : [off]),
  ];
  const chosen = await pickOne(choices, {
    title: l10n.t('Fetch Audit Trail'),
    placeHolder: l10n.t('Sessions in the tenant of "{0}": one query, of 45 a minute', connection.name),
  });
  if (chosen !== off) return chosen?.scope;
  await huntingConsent.takeBack(ownerOf(connection));
  confirmInStatusBar(l10n.t('"{0}" asks Microsoft Graph no more', connection.name), CONFIRM_MS);
  return undefined;
}

/** Query that is sent: its connection, its address and its scope. */
interface Asked {
  readonly connection: Connection;
  readonly graphUrl: string;
  readonly scope: AuditScope;
}

async function fetchAndOpen(services: FetchServices, runner: CommandRunner, asked: Asked): Promise<void> {
  const { auditTrail } = services;
  const { connection, graphUrl, scope } = asked;
  const again = (): Promise<void> => fetchAndOpen(services, runner, asked);
  await runner.run(
    l10n.t('Fetching the audit trail'),
    async ({ signal }) => {
      const { opened } = auditTrail;
      const answer = await services.hunt(connection, sessionsQuery(scope.device?.machineId, scope.days), signal);
      const found = readAuditExport(answer.text);
      // Every row is shown or counted. If not, the answer was read otherwise than it was written.
      if (found === undefined || found.records.length + found.left !== answer.rows)
        throw new LiveResponseError('huntingRefused', { host: new URL(graphUrl).host, reason: 'answer' });
      if (auditTrail.opened !== opened) {
        void notify(
          'information',
          l10n.t('Another audit trail was opened meanwhile, so the fetched one is not shown.'),
        );
        return;
      }
      auditTrail.open(toFetchedTrail(connection, scope, answer.receivedAt, found));
      await commands.executeCommand(`${auditViewId}.focus`);
    },
    {
      tryAgain: again,
      signIn: (error) => signInAndGoOn(services, runner, connection, error, again),
    },
  );
}

/** Lets the person sign in as the failure needs it, and goes on. */
async function signInAndGoOn(
  services: FetchServices,
  runner: CommandRunner,
  connection: Connection,
  error: unknown,
  again: () => Promise<void>,
): Promise<void> {
  const isPerson = connection.signIn === 'interactive' || connection.signIn === 'deviceCode';
  if (!isPerson) {
    await commands.executeCommand(commandIds.signIn, connection.name);
    return;
  }
  // Without a session there is nothing to consent with. Conditional access may ask more for Microsoft Graph alone.
  const { reason } = isLiveResponseError(error) ? error.values : {};
  const resource = NO_SESSION.has(reason ?? '') ? 'defender' : 'graph';
  const account = await askPerson(services, runner, connection, resource, {
    signIn: (failure) => signInAndGoOn(services, runner, connection, failure, again),
  });
  if (account !== undefined) await again();
}

const NO_SESSION: ReadonlySet<string> = new Set(['noAccount', 'sessionEnded', 'secretsLost']);

export const fetchAuditTrailCommand = defineCommand({
  name: 'fetchAuditTrail',
  needs: 'connection',
  icon: 'cloud-download',
  palette: 'false',
  menus: [
    { menu: 'view/title', group: '3_open@3', when: all(IN_ACTIONS_VIEW, MAY_FETCH_AUDIT) },
    { menu: 'view/title', group: 'navigation@0', when: all(IN_AUDIT_VIEW, MAY_FETCH_AUDIT) },
    {
      menu: 'view/item/context',
      group: '4_device@3',
      when: all(IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW, MAY_FETCH_AUDIT),
    },
  ],
  whyNothingToDo: ({ policy }) => (policy.isAllowed('auditTrail') ? undefined : forbidden('auditTrail')),
  run: (services, { args, runner }) => fetchAuditTrail(services, runner, args),
});
