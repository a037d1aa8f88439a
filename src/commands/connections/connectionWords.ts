import { l10n } from 'vscode';
import { apiUrlOf, ownAddressesOf, signInAddressesOf } from '../../connections/connection.ts';
import type { Connection, OwnAddress } from '../../connections/connection.ts';
import { cloudName } from '../../messages/cloudNames.ts';

/**
 * Returns everything that decides where a connection sends its calls and tokens, and where its results come from. Each
 * fact is on one line.
 */
export function connectionWords(connection: Connection): readonly string[] {
  const { cloud, tenantId, clientId, signIn, certificatePath } = connection;
  const own = new Map(ownAddressesOf(connection));
  const given = (field: OwnAddress, value: string): string => own.get(field) ?? l10n.t('{0}, as for its cloud', value);
  const { authority, scope } = signInAddressesOf(connection);
  return [
    l10n.t('Cloud: {0}', cloudName(cloud)),
    ...(own.has('region') ? [l10n.t('Region: {0}', own.get('region') ?? '')] : []),
    l10n.t('Calls and tokens go to: {0}', apiUrlOf(connection)),
    l10n.t('Signs in at: {0}', given('authority', authority)),
    l10n.t('Asks tokens for: {0}', given('scope', scope)),
    ...(own.has('graphUrl') ? [l10n.t('Microsoft Graph: {0}', own.get('graphUrl') ?? '')] : []),
    l10n.t('Results may come from: {0}', own.get('downloadHosts') ?? l10n.t('Azure storage only')),
    l10n.t('Tenant: {0}', tenantId),
    l10n.t('Client ID: {0}', clientId),
    l10n.t('Way to sign in: {0}', signIn),
    ...(certificatePath === undefined ? [] : [l10n.t('Certificate: {0}', certificatePath)]),
  ];
}
