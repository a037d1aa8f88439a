import { LiveResponseError } from '../base/errors.ts';
import type { MsalParts } from '../identity/msal/application.ts';
import type { MsalTokens } from '../identity/msal/createMsalTokens.ts';
import type { Resource } from '../identity/claims.ts';
import { PastedToken } from '../identity/pastedToken.ts';
import type { SecretDrawer } from '../identity/secrets.ts';
import { CommandLineTokens } from '../identity/tools/commandLineTokens.ts';
import type { TokenSource } from '../identity/tokenSource.ts';
import { HUNTING_PERMISSION } from '../identity/permissions.ts';
import { graphUrlOf, signInAddressesOf } from './connection.ts';
import type { Connection, SignIn } from './connection.ts';

/** Parts of a token source besides its connection. */
export interface TokenSourceParts {
  readonly drawer: SecretDrawer;
  readonly loadMsal: () => Promise<MsalTokens>;
  /** Returns the other parts of msal. */
  readonly msalParts: () => Promise<Omit<MsalParts, 'registration'>>;
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly now: () => number;
}

/**
 * Creates the token source of a connection for a resource.
 *
 * @throws LiveResponseError `badArgument` if the connection gets no tokens for this resource
 */
export async function createTokenSource(
  connection: Connection,
  resource: Resource,
  { drawer, loadMsal, msalParts, environment, platform, now }: TokenSourceParts,
): Promise<TokenSource> {
  const { name, tenantId, clientId, signIn } = connection;
  const { authority } = signInAddressesOf(connection);
  const scope = scopeOf(connection, resource);
  const parts = async (): Promise<MsalParts> => ({
    ...(await msalParts()),
    registration: {
      connection: name,
      tenantId,
      clientId,
      authority,
      scope,
      ...(resource === 'defender' ? {} : { isFurther: true }),
    },
  });
  switch (signIn) {
    case 'accessToken':
      return new PastedToken(drawer, name, now);
    case 'azureCli':
      return new CommandLineTokens({
        resource: scope.replace(/\/\.default$/u, ''),
        service: resource,
        tenantId,
        connection: name,
        environment,
        platform,
        now,
      });
    case 'interactive':
    case 'deviceCode':
      return (await loadMsal()).person(await parts());
    case 'clientSecret':
    case 'clientCertificate':
      return (await loadMsal()).application(await parts(), connection.certificatePath);
    case 'sample':
    case 'pack':
      throw new LiveResponseError('badArgument', { path: 'signIn' });
  }
}

/** Ways in which a person consents to single permissions. Tokens of the others have all that was granted before. */
const PERSONAL: ReadonlySet<SignIn> = new Set(['interactive', 'deviceCode']);

function scopeOf(connection: Connection, resource: Resource): string {
  if (resource === 'defender') return signInAddressesOf(connection).scope;
  const graphUrl = graphUrlOf(connection);
  if (graphUrl === undefined) throw new LiveResponseError('badArgument', { path: 'graphUrl' });
  return `${graphUrl}/${PERSONAL.has(connection.signIn) ? HUNTING_PERMISSION : '.default'}`;
}
