import { commands, l10n, ThemeIcon } from 'vscode';
import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import { graphUrlOf, ownerOf } from '../../connections/connection.ts';
import type { Connection } from '../../connections/connection.ts';
import { readAuditExport } from '../../evidence/audit/auditRecords.ts';
import { buildSessionsQuery } from '../../evidence/blocks/huntingQuery.ts';
import { HUNTING_PERMISSION } from '../../identity/permissions.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { ask, confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { auditViewId } from '../../platform/viewIds.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { findDevice } from '../common/findDevice.ts';
import type { DeviceServices } from '../common/findDevice.ts';
import { IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW, all } from '../common/when.ts';
import { askPerson } from '../connections/signIn.ts';

/** Days that the choice offers. Advanced hunting keeps 30. */
const DAYS = [1, 7, 30] as const;
const DAY_MS = 24 * 60 * 60_000;
/** Number of rows from which on an answer may have been cut. Source: api-facts §4. */
const MOST_ROWS = 100_000;
const CONFIRM_MS = 5000;

type FetchServices = DeviceServices &
  Pick<Services, 'canLoopback' | 'hunt' | 'huntingConsent' | 'signIns' | 'telemetry'>;

/** Time and device of a query. `deviceId` is undefined for all devices. */
interface Question {
  readonly days: number;
  readonly deviceId: string | undefined;
}

/**
 * `liveResponse.fetchAuditTrail`: asks Microsoft Graph for the audit trail of a tenant: one query. The person allows it
 * once for each connection, and chooses it each time. With the row of a device, it asks for that device only.
 */
async function fetchAuditTrail(
  services: FetchServices,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const device = args[0] === undefined ? undefined : await findDevice(services, args);
  const { connections } = services;
  const connection = device === undefined ? connections.active : connections.forTenant(device);
  if (connection === undefined) return;
  const graphUrl = graphUrlOf(connection);
  if (graphUrl === undefined) {
    tellNoGraph(connection);
    return;
  }
  if (!(await isAllowed(services, connection, graphUrl))) return;
  const deviceId = device?.machineId ?? undefined;
  const question = deviceId === undefined ? await askForDays(services, connection) : { days: 30, deviceId };
  if (question !== undefined) await fetchAndOpen(services, runner, connection, question);
}

/** Says why a connection cannot ask Microsoft Graph. */
function tellNoGraph({ name, signIn }: Connection): void {
  const why =
    signIn === 'accessToken'
      ? l10n.t('"{0}" has an access token for Defender only, and Microsoft Graph needs one of its own.', name)
      : l10n.t('"{0}" names no address of Microsoft Graph. Edit the connection to add it.', name);
  void notify('information', `${why} ${l10n.t('Or run the query in the portal, and open its export.')}`);
}

/** Asks once for each connection whether it may send hunting queries. */
async function isAllowed(
  { huntingConsent }: Pick<Services, 'huntingConsent'>,
  connection: Connection,
  graphUrl: string,
): Promise<boolean> {
  const owner = ownerOf(connection);
  if (huntingConsent.isGiven(owner)) return true;
  const allow = l10n.t('Allow and Continue');
  const answer = await ask(
    {
      severity: 'information',
      question: l10n.t('May "{0}" ask Microsoft Graph for the audit trail?', connection.name),
      details: [
        l10n.t(
          'Each time you choose it, one hunting query goes to {0}. It only reads. It needs the permission {1}, which reads all tables of advanced hunting.',
          new URL(graphUrl).host,
          HUNTING_PERMISSION,
        ),
        l10n.t(
          'The answer names people and devices. It is kept in memory until the window closes. "Turn Off" stands among the times that you choose from.',
        ),
      ],
    },
    allow,
  );
  if (answer !== allow) return false;
  await huntingConsent.give(owner);
  return true;
}

async function askForDays(
  { huntingConsent }: Pick<Services, 'huntingConsent'>,
  connection: Connection,
): Promise<Question | undefined> {
  const times = DAYS.map((days) => ({
    iconPath: new ThemeIcon('history'),
    label: days === 1 ? l10n.t('Last 24 Hours') : l10n.t('Last {0} Days', days),
    description: days === 30 ? l10n.t('all that advanced hunting keeps') : '',
    days,
  }));
  const off = { iconPath: new ThemeIcon('circle-slash'), label: l10n.t('Turn Off for This Connection'), days: 0 };
  const chosen = await pickOne([...times, off], {
    title: l10n.t('Fetch Audit Trail'),
    placeHolder: l10n.t('Sessions of all devices of "{0}": one query, of 45 a minute', connection.name),
  });
  if (chosen === undefined) return undefined;
  if (chosen.days > 0) return { days: chosen.days, deviceId: undefined };
  await huntingConsent.takeBack(ownerOf(connection));
  confirmInStatusBar(l10n.t('"{0}" asks Microsoft Graph no more', connection.name), CONFIRM_MS);
  return undefined;
}

async function fetchAndOpen(
  services: FetchServices,
  runner: CommandRunner,
  connection: Connection,
  question: Question,
): Promise<void> {
  const { days, deviceId } = question;
  await runner.run(
    l10n.t('Fetching the audit trail'),
    async ({ signal }) => {
      const askedAt = Date.now();
      const device = deviceId === undefined ? undefined : { title: deviceId, machineId: deviceId };
      const { text, receivedAt } = await services.hunt(connection, withoutComments(device, days), signal);
      const found = readAuditExport(text);
      if (found === undefined) throw new LiveResponseError('huntingRefused', { reason: 'answer' });
      const isWhole = found.records.length + found.left < MOST_ROWS;
      services.auditTrail.open({
        ...found,
        // English, because notes hold it.
        source: `Microsoft Graph, ${new Date(receivedAt).toISOString().slice(0, 19)}Z, last ${String(days)} days`,
        tenant: { cloud: connection.cloud, tenantId: connection.tenantId },
        openedAt: receivedAt,
        ...(isWhole && { asked: { from: askedAt - days * DAY_MS, deviceId: deviceId?.toLowerCase() } }),
      });
      await commands.executeCommand(`${auditViewId}.focus`);
    },
    {
      signIn: async (error) => {
        if (!isLiveResponseError(error) || error.code !== 'huntingRefused') {
          await commands.executeCommand(commandIds.signIn, connection.name);
          return;
        }
        const isPerson = connection.signIn === 'interactive' || connection.signIn === 'deviceCode';
        const account = isPerson ? await askPerson(services, runner, connection, 'graph') : undefined;
        if (account !== undefined) await fetchAndOpen(services, runner, connection, question);
      },
    },
  );
}

function withoutComments(device: Parameters<typeof buildSessionsQuery>[0], days: number): string {
  const lines = buildSessionsQuery(device, days).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('//')).join('\n');
}

export const fetchAuditTrailCommand = defineCommand({
  name: 'fetchAuditTrail',
  needs: 'connection',
  icon: 'cloud-download',
  palette: 'false',
  menus: [
    { menu: 'view/title', group: '3_open@3', when: IN_ACTIONS_VIEW },
    { menu: 'view/title', group: 'navigation@0', when: `view == ${auditViewId}` },
    { menu: 'view/item/context', group: '4_device@3', when: all(IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW) },
  ],
  run: (services, { args, runner }) => fetchAuditTrail(services, runner, args),
});
