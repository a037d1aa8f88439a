import { InputBoxValidationSeverity, l10n } from 'vscode';
import { sampleConnection } from '../../connections/connection.ts';
import type { Connection } from '../../connections/connection.ts';
import { RESULT_SCHEME } from '../../base/scheme.ts';
import { closeTabs } from '../../documents/resultUris.ts';
import type { Services } from '../../services/services.ts';
import { cloudName } from '../../messages/cloudNames.ts';
import { forbidden, managedWord } from '../../messages/policy/policyWords.ts';
import { checkToken, WARNINGS } from './wizard/checks.ts';
import { problemText, promptFor } from './wizard/texts.ts';
import { ask } from '../../platform/show/notifications.ts';
import { askForText, pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IS_CONNECTED, all } from '../common/when.ts';

/** `liveResponse.openSampleTenant`: opens a tenant for looking around, without sign-in and network. */
async function openSampleTenant(services: Pick<Services, 'connections' | 'view'>): Promise<void> {
  await services.connections.add(sampleConnection(l10n.t('Sample tenant')));
  await services.view.bringUp();
}

/** `liveResponse.selectConnection`: selects the tenant that the tree shows. */
async function selectConnection(services: Pick<Services, 'connections' | 'view'>): Promise<void> {
  const chosen = await pickConnection(services, l10n.t('Select Connection'), services.connections.all);
  if (chosen === undefined) return;
  await services.connections.activate(chosen.name);
  await services.view.bringUp();
}

/** `liveResponse.removeConnection`: forgets the connection and its token. Results that were fetched stay stored. */
async function removeConnection(services: Pick<Services, 'connections' | 'signIns'>): Promise<void> {
  const { connections } = services;
  const own = connections.all.filter((connection) => !connections.isGiven(connection));
  const chosen = await pickConnection(services, l10n.t('Remove Connection'), own);
  if (chosen === undefined) return;
  const remove = l10n.t('Remove');
  const answer = await ask(
    {
      severity: 'warning',
      question: l10n.t('Remove the connection "{0}"?', chosen.name),
      details: [
        chosen.cloud === 'pack'
          ? l10n.t('Everything of the pack is removed from this window. Its file stays where it is.')
          : l10n.t('What signing in brought is forgotten. Results that were fetched stay stored.'),
      ],
    },
    remove,
  );
  if (answer !== remove) return;
  await services.signIns.forget(chosen);
  await services.connections.remove(chosen.name);
  // Results and overviews of a pack name its identity in their addresses.
  if (chosen.cloud === 'pack')
    await closeTabs(({ scheme, query }) => scheme.startsWith(RESULT_SCHEME) && query.includes(chosen.tenantId));
}

/**
 * `liveResponse.replaceAccessToken`: stores a new token for a connection with a pasted token, e.g. after the old token
 * has expired.
 */
export async function replaceAccessToken(
  services: Pick<Services, 'connections' | 'signIns' | 'telemetry'>,
  args: readonly unknown[],
): Promise<void> {
  const withToken = services.connections.all.filter((connection) => connection.signIn === 'accessToken');
  const wanted = connectionFor(services, args);
  const connection =
    wanted?.signIn === 'accessToken'
      ? wanted
      : await pickConnection(services, l10n.t('Replace Access Token'), withToken);
  if (connection === undefined) return;
  const token = await askForToken(l10n.t('Access Token for {0}', connection.name), connection);
  if (token === undefined) return;
  await services.signIns.storeSecret(connection, 'accessToken', token);
  services.telemetry.send({ name: 'signIn', way: 'accessToken', outcome: 'ok' });
}

/** Asks for an access token of a connection. While the user types, shows the problems of the token. */
async function askForToken(title: string, connection: Connection): Promise<string | undefined> {
  const token = await askForText({
    title,
    prompt: promptFor('accessToken', connection.cloud, false),
    password: true,
    ignoreFocusOut: true,
    validate: (value) => {
      const problem =
        value.trim() === '' ? undefined : checkToken(value.trim(), Date.now(), connection.cloud, connection);
      if (problem === undefined) return undefined;
      const message = problemText(problem);
      return WARNINGS.has(problem) ? { message, severity: InputBoxValidationSeverity.Warning } : message;
    },
  });
  return token === undefined || token.trim() === '' ? undefined : token.trim();
}

/** Returns the connection that a failure names, or else the active connection. */
export function connectionFor(
  { connections }: Pick<Services, 'connections'>,
  [name]: readonly unknown[],
): Connection | undefined {
  return (typeof name === 'string' ? connections.byName(name) : undefined) ?? connections.active;
}

/** Asks the user for a connection. */
export async function pickConnection(
  services: Pick<Services, 'connections'>,
  title: string,
  connections: readonly Connection[],
): Promise<Connection | undefined> {
  const items = connections.map((connection) => ({
    label: connection.name,
    description: [
      ...(connection === services.connections.active ? [l10n.t('active')] : []),
      ...(services.connections.isGiven(connection) ? [managedWord()] : []),
    ].join(' · '),
    detail:
      connection.signIn === 'sample' ? l10n.t('In memory') : `${cloudName(connection.cloud)} · ${connection.tenantId}`,
    connection,
  }));
  const placeHolder = items.length === 0 ? l10n.t('There is no connection for this yet.') : '';
  return (await pickOne(items, { title, placeHolder }))?.connection;
}

export const openSampleTenantCommand = defineCommand({
  name: 'openSampleTenant',
  needs: 'nothing',
  whyNothingToDo: ({ policy }) => (policy.isAllowed('sampleTenant') ? undefined : forbidden('sampleTenant')),
  run: (services) => openSampleTenant(services),
});

export const selectConnectionCommand = defineCommand({
  name: 'selectConnection',
  needs: 'connection',
  icon: 'plug',
  menus: [{ menu: 'view/title', group: '4_connection@1', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services) => selectConnection(services),
});

export const replaceAccessTokenCommand = defineCommand({
  name: 'replaceAccessToken',
  needs: 'connection',
  palette: 'false',
  icon: 'key',
  menus: [{ menu: 'view/title', group: '4_connection@4', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services, { args }) => replaceAccessToken(services, args),
});

export const removeConnectionCommand = defineCommand({
  name: 'removeConnection',
  needs: 'connection',
  menus: [{ menu: 'view/title', group: '4_connection@5', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services) => removeConnection(services),
});
