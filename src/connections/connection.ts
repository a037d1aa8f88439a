import { cloudAddresses, NEAR_REGIONS } from '../defender/clouds.ts';
import type { NearRegion } from '../defender/clouds.ts';
import { isLoopback } from '../defender/download/resultLink.ts';
import { CLOUDS, isGuid, packTenant } from '../base/resultUri.ts';
import type { Cloud } from '../base/resultUri.ts';
import { sampleGraphUrl, sampleTenantId } from '../sample/base/identifiers.ts';

/** Ways in which a connection gets its tokens. */
export const SIGN_INS = [
  'interactive',
  'deviceCode',
  'clientSecret',
  'clientCertificate',
  'azureCli',
  'accessToken',
  'sample',
] as const;
/** Way in which a connection gets its tokens. `pack`: none, because everything comes from a hand-over pack. */
export type SignIn = (typeof SIGN_INS)[number] | 'pack';

/** Settings for signing in to a tenant and calling its API, without secrets. */
export interface Connection {
  /** Name that the user sees. No two connections have the same name. */
  readonly name: string;
  /** `pack` is never stored, and never accepted from an argument or a file: see {@link packConnection}. */
  readonly cloud: Cloud | 'pack';
  /** Region of the commercial cloud. Each region has its own API host. */
  readonly region?: NearRegion;
  /** Custom clouds only: base URL of the API. */
  readonly apiUrl?: string;
  /**
   * Custom clouds only: address of the sign-in service, without the tenant. The default is
   * `https://login.microsoftonline.com`.
   */
  readonly authority?: string;
  /** Custom clouds only: scope of the tokens. Ends in `/.default`; the default is the commercial cloud's scope. */
  readonly scope?: string;
  /** Custom clouds only: address of Microsoft Graph. Without it, the connection cannot ask for an audit trail. */
  readonly graphUrl?: string;
  /** Custom clouds only: hosts from which results can be downloaded, with the port if the host has one. */
  readonly downloadHosts?: readonly string[];
  /** The tenant's id, a lower-case GUID. */
  readonly tenantId: string;
  /** The app registration's id, a lower-case GUID. */
  readonly clientId: string;
  readonly signIn: SignIn;
  /** Client certificates only: absolute path of a PEM file that contains the certificate and the private key. */
  readonly certificatePath?: string;
}

/** First field with an invalid value, which makes the object invalid as a connection. */
export interface ConnectionProblem {
  readonly field: string;
}

/** Returns the connection to the sample tenant, which is part of the extension. It needs no sign-in and no network. */
export function sampleConnection(name: string): Connection {
  return { name, cloud: 'custom', tenantId: sampleTenantId, clientId: sampleTenantId, signIn: 'sample' };
}

/** Returns the connection to a hand-over pack. It reaches nothing, and lives as long as its window. */
export function packConnection(name: string, seal: string): Connection {
  const tenant = packTenant(seal);
  return { name, ...tenant, clientId: tenant.tenantId, signIn: 'pack' };
}

/** Whether a connection has neither an account nor a network. */
export function needsNoSignIn({ signIn }: Pick<Connection, 'signIn'>): boolean {
  return signIn === 'sample' || signIn === 'pack';
}

/** Longest name of a connection, in UTF-16 units. */
export const MAX_CONNECTION_NAME = 80;

/**
 * Whether a name can be shown unchanged: it has no control characters and no marks that reverse the direction of text.
 * It also has nothing that VS Code would read as a link or an icon.
 */
export function isPlainName(name: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}\u2800]|\]\(|\$\(/u.test(name);
}

/**
 * Checks a connection that is about to be added. Its name must satisfy {@link isPlainName}. A connection that is
 * already stored keeps its name, because the user must be able to find it again.
 *
 * @returns the connection, or the first field that is wrong
 */
export function readNewConnection(value: unknown): ReturnType<typeof readConnection> {
  const read = readConnection(value);
  if ('problem' in read) return read;
  const { name, signIn, tenantId, apiUrl, scope, graphUrl = '', downloadHosts = [] } = read.connection;
  const wrong = (field: string): { problem: ConnectionProblem } => ({ problem: { field } });
  if (!isPlainName(name)) return wrong('name');
  // Results are stored by tenant. Sample results must not be mistaken for results of a real tenant.
  if (signIn === 'sample' && tenantId !== sampleTenantId) return wrong('tenantId');
  if (apiUrl !== undefined && !isPlainAddress(apiUrl)) return wrong('apiUrl');
  if (scope !== undefined && scope.length > MAX_ADDRESS) return wrong('scope');
  if (graphUrl.length > MAX_ADDRESS) return wrong('graphUrl');
  if (downloadHosts.length > MAX_HOSTS || !downloadHosts.every(isPlainHost)) return wrong('downloadHosts');
  return read;
}

/** Longest address, in UTF-16 units. A question to the user could not show a longer address completely. */
const MAX_ADDRESS = 500;
const MAX_HOSTS = 20;
/** Longest host name (RFC 1035), with room for a port. */
const MAX_HOST = 260;

/** Whether an address shows its true host. The text must begin with the parsed origin, in ASCII, and hide nothing. */
function isPlainAddress(address: string): boolean {
  const { origin } = new URL(address);
  return address.length <= MAX_ADDRESS && !/[\\\s]/u.test(address) && address.toLowerCase().startsWith(origin);
}

function isPlainHost(host: string): boolean {
  return host.length <= MAX_HOST && /^[\w.:[\]-]+$/u.test(host) && URL.canParse(`https://${host}`);
}

/**
 * Checks a connection that comes from a command's argument or from the database.
 *
 * @returns the connection, or the first field that is wrong
 */
export function readConnection(value: unknown): { connection: Connection } | { problem: ConnectionProblem } {
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const wrong = (field: string): { problem: ConnectionProblem } => ({ problem: { field } });
  const name = fields.get('name');
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_CONNECTION_NAME) return wrong('name');
  const cloud = CLOUDS.find((known) => known === fields.get('cloud'));
  if (cloud === undefined) return wrong('cloud');
  const signIn = SIGN_INS.find((known) => known === fields.get('signIn'));
  if (signIn === undefined) return wrong('signIn');
  const tenantId = lowerCase(fields.get('tenantId'));
  if (!isGuid(tenantId)) return wrong('tenantId');
  const clientId = lowerCase(fields.get('clientId'));
  if (!isGuid(clientId)) return wrong('clientId');
  // Results are stored by tenant. Sample results must never be mixed with results of a real tenant.
  if (signIn === 'sample' && cloud !== 'custom') return wrong('cloud');
  const region = NEAR_REGIONS.find((known) => known === fields.get('region'));
  if (fields.get('region') !== undefined && (region === undefined || cloud !== 'commercial')) return wrong('region');
  const apiUrl = fields.get('apiUrl');
  const needsUrl = cloud === 'custom' && signIn !== 'sample';
  if (needsUrl ? !isAllowedUrl(apiUrl) : apiUrl !== undefined) return wrong('apiUrl');
  const authority = fields.get('authority');
  if (authority !== undefined && (cloud !== 'custom' || !isAuthority(authority))) return wrong('authority');
  const scope = fields.get('scope');
  if (scope !== undefined && (cloud !== 'custom' || !isScope(scope))) return wrong('scope');
  const graphUrl = fields.get('graphUrl');
  if (graphUrl !== undefined && (cloud !== 'custom' || !isAuthority(graphUrl))) return wrong('graphUrl');
  const certificatePath = fields.get('certificatePath');
  const hasCertificate = signIn === 'clientCertificate';
  if (hasCertificate ? !isAbsolutePath(certificatePath) : certificatePath !== undefined)
    return wrong('certificatePath');
  const hosts = fields.get('downloadHosts');
  if (hosts !== undefined && (cloud !== 'custom' || !isTextList(hosts))) return wrong('downloadHosts');
  return {
    connection: {
      name: name.trim(),
      cloud,
      tenantId,
      clientId,
      signIn,
      ...(region === undefined ? {} : { region }),
      ...(typeof apiUrl === 'string' ? { apiUrl } : {}),
      ...(isAuthority(authority) ? { authority: new URL(authority).origin } : {}),
      ...(isScope(scope) ? { scope } : {}),
      ...(isAuthority(graphUrl) ? { graphUrl: new URL(graphUrl).origin } : {}),
      ...(isAbsolutePath(certificatePath) ? { certificatePath } : {}),
      // Copies the list, because the caller could change its list while the user is being asked.
      ...(isTextList(hosts) ? { downloadHosts: [...hosts] } : {}),
    },
  };
}

/** Returns the base URL of the API that a connection calls. */
export function apiUrlOf(connection: Connection): string {
  if (connection.cloud === 'custom') return connection.apiUrl ?? 'https://api.sample.invalid';
  return cloudAddresses(connection.cloud === 'pack' ? 'commercial' : connection.cloud, connection.region).apiUrl;
}

/**
 * Returns the address of a connection's sign-in service, with the tenant, and the scope that the connection requests.
 */
export function signInAddressesOf(connection: Connection): { readonly authority: string; readonly scope: string } {
  const { cloud, tenantId } = connection;
  const known = cloudAddresses(cloud === 'custom' || cloud === 'pack' ? 'commercial' : cloud);
  return {
    authority: `${connection.authority ?? known.authority}/${tenantId}`,
    scope: connection.scope ?? known.scope,
  };
}

/** Returns the address of Microsoft Graph for a connection; undefined if the connection cannot reach it. */
export function graphUrlOf({ cloud, graphUrl, signIn }: Connection): string | undefined {
  if (signIn === 'sample') return sampleGraphUrl;
  // A pasted token is for one resource, and that is the Defender API.
  if (signIn === 'accessToken') return undefined;
  if (cloud === 'pack') return undefined;
  return cloud === 'custom' ? graphUrl : cloudAddresses(cloud).graphUrl;
}

/**
 * Returns the key under which a connection's secrets and permissions are stored. A connection with another destination
 * or name has another key, so it cannot use them.
 */
export function ownerOf(connection: Connection): string {
  return JSON.stringify([connection.name, destinationOf(connection)]);
}

/**
 * Returns everything that decides where a secret can be sent, except the connection's name. A secret for one
 * destination must not be sent to another. All regions of a cloud count as one destination.
 */
export function destinationOf(connection: Connection): string {
  const { cloud, apiUrl, graphUrl, tenantId, clientId, signIn, certificatePath } = connection;
  const { authority, scope } = signInAddressesOf(connection);
  const own = [cloud, apiUrl, authority, scope, tenantId, clientId, signIn, certificatePath];
  // Added only if there is one, so that secrets of earlier versions are still found.
  return JSON.stringify(graphUrl === undefined ? own : [...own, graphUrl]);
}

/** Fields that give a connection its own addresses, in the order in which a question to the user lists them. */
export type OwnAddress = 'region' | 'apiUrl' | 'authority' | 'scope' | 'graphUrl' | 'downloadHosts';

/** Returns the region and the addresses that a connection itself contains. Its cloud gives all other addresses. */
export function ownAddressesOf(connection: Connection): readonly (readonly [field: OwnAddress, value: string])[] {
  const { region, apiUrl, authority, scope, graphUrl, downloadHosts } = connection;
  const fields = { region, apiUrl, authority, scope, graphUrl, downloadHosts: downloadHosts?.join(', ') };
  return (Object.keys(fields) as OwnAddress[]).flatMap((field) => {
    const value = fields[field];
    return value === undefined || value === '' ? [] : [[field, value] as const];
  });
}

/** Whether two connections with the same name are identical in every other field. */
export function isSameConnection(one: Connection, other: Connection): boolean {
  return (
    destinationOf(one) === destinationOf(other) &&
    JSON.stringify(ownAddressesOf(one)) === JSON.stringify(ownAddressesOf(other))
  );
}

/**
 * Whether a value is the origin of a sign-in service. Only https is allowed, because passwords and codes are sent to
 * it.
 */
export function isAuthority(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(value);
  return protocol === 'https:' && username + password + search + hash === '' && pathname === '/';
}

/**
 * Whether a value is a scope: a resource and `/.default`. `/.default` means all permissions to which an administrator
 * consented. The characters are limited, because users copy commands that contain the scope into a terminal.
 */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^(?:https|api):\/\/[\w.:-]+(?:\/[\w.~-]+)*\/\.default$/u.test(value);
}

/**
 * Whether a value is an absolute path in Windows or POSIX format. Network shares are refused, because opening a share
 * would send this account's credentials to its server. Windows accepts shares with both kinds of slashes.
 */
export function isAbsolutePath(value: unknown): value is string {
  return typeof value === 'string' && /^(?:\/(?![\\/])|[a-z]:[\\/])/iu.test(value);
}

/** Whether a value is an https URL, or an http URL to this machine. A token must not cross a network in clear text. */
export function isAllowedUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const url = new URL(value);
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) &&
    url.username + url.password === ''
  );
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
