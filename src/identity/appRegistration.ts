import { cloudAddresses } from '../defender/clouds.ts';
import { LiveResponseError } from '../base/errors.ts';

export interface AppRegistrationRequest {
  /** Id of the tenant, a GUID. If it is absent, the commands use the user's home tenant. */
  readonly tenantId?: string;
  readonly cloud: Parameters<typeof cloudAddresses>[0] | 'custom';
  /** Display name of the registration. Characters that have a special meaning in a shell are removed. */
  readonly name?: string;
}

/** Microsoft's id of the Defender API ("WindowsDefenderATP"), the same in every tenant. */
const DEFENDER_API = 'fc780465-2017-40d4-a0c5-307022471b92';
const SCOPES = ['Machine.Read', 'Machine.LiveResponse'] as const;
/**
 * File that stores the client id between the commands. Bash and PowerShell have the same syntax for this path, but
 * different syntax for variables. The file contains no secret.
 */
const ID_FILE = '~/live-response-client-id.txt';
const CLIENT_ID = `"$(cat ${ID_FILE})"`;

/**
 * Returns Azure CLI commands that register an application with the least privilege that reading results needs: a public
 * client, a redirect to this machine, two delegated permissions. One text serves bash, zsh and PowerShell. It uses only
 * syntax that all three support: `"$(…)"`, `>`, `~` and `cat`. Its comments contain no quotes or brackets, because an
 * interactive zsh reads comments as commands.
 *
 * The commands look up the permissions' ids by name. They give consent with `permission grant`, because `admin-consent`
 * refuses to work in government clouds.
 *
 * @throws LiveResponseError `badArgument` if the tenant is not a GUID
 */
export function appRegistrationCommands({ tenantId, cloud, name = '' }: AppRegistrationRequest): string {
  if (tenantId !== undefined && !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu.test(tenantId)) {
    throw new LiveResponseError('badArgument', { path: 'tenantId' });
  }
  const isGovernment = cloud !== 'custom' && cloudAddresses(cloud).authority.endsWith('.us');
  const displayName = name.replaceAll(/[^\p{L}\p{N} ._]/gu, '').trim() || 'Live Response Results';
  const scopeIds = SCOPES.map(
    (scope) =>
      `"$(az ad sp show --id ${DEFENDER_API} --query "oauth2PermissionScopes[?value=='${scope}'].id" --output tsv)=Scope"`,
  );
  return [
    '# App registration for Live Response Results with least privilege, for bash, zsh and PowerShell.',
    '# 1. Sign in. Run this step by itself, because it may ask which subscription to use.',
    ...(isGovernment ? ['az cloud set --name AzureUSGovernment'] : []),
    `az login${tenantId === undefined ? '' : ` --tenant ${tenantId}`} --allow-no-subscriptions`,
    '# 2. Register the application. One that already has this name would be changed.',
    `az ad app create --display-name "${displayName}" --sign-in-audience AzureADMyOrg --is-fallback-public-client true --public-client-redirect-uris http://localhost --query appId --output tsv > ${ID_FILE}`,
    `az ad app permission add --id ${CLIENT_ID} --api ${DEFENDER_API} --api-permissions ${scopeIds.join(' ')}`,
    `az ad sp create --id ${CLIENT_ID} --output none`,
    '# 3. Consent for everyone in the tenant. Takes an administrator.',
    `az ad app permission grant --id ${CLIENT_ID} --api ${DEFENDER_API} --scope ${SCOPES.join(' ')} --output none`,
    '# 4. The client id for the connection.',
    `cat ${ID_FILE}`,
    '',
  ].join('\n');
}
