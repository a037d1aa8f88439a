import { cloudAddresses, NEAR_REGIONS } from '../defender/clouds.ts';
import type { NearRegion } from '../defender/clouds.ts';
import { isLoopback } from '../defender/download/resultLink.ts';
import { CLOUDS, isGuid } from '../base/resultUri.ts';
import type { Cloud } from '../base/resultUri.ts';
import { sampleTenantId } from '../sample/base/identifiers.ts';

/** How a connection comes by its tokens. */
export const SIGN_INS = [
  'interactive',
  'deviceCode',
  'clientSecret',
  'clientCertificate',
  'azureCli',
  'accessToken',
  'sample',
] as const;
export type SignIn = (typeof SIGN_INS)[number];

/** A way into a tenant, without its secrets. */
export interface Connection {
  /** Unique, and what a person reads. */
  readonly name: string;
  readonly cloud: Cloud;
  /** A region of the commercial cloud with an API host of its own. */
  readonly region?: NearRegion;
  /** Custom clouds only: base of the API. */
  readonly apiUrl?: string;
  /** Custom clouds only: sign-in service without tenant, e.g. `https://login.microsoftonline.com`, which is the default. */
  readonly authority?: string;
  /** Custom clouds only: what tokens are asked for; the commercial cloud's by default. Ends in `/.default`. */
  readonly scope?: string;
  /** Custom clouds only: hosts that results may come from, with port where there is one. */
  readonly downloadHosts?: readonly string[];
  /** Lower-case GUID. */
  readonly tenantId: string;
  /** The app registration's id, a lower-case GUID. */
  readonly clientId: string;
  readonly signIn: SignIn;
  /** Client certificates only: absolute path of a PEM file with certificate and private key. */
  readonly certificatePath?: string;
}

/** Why something is no connection: one of its fields. */
export interface ConnectionProblem {
  readonly field: string;
}

/** The connection to the tenant that ships inside the extension: no sign-in, no network. */
export function sampleConnection(name: string): Connection {
  return { name, cloud: 'custom', tenantId: sampleTenantId, clientId: sampleTenantId, signIn: 'sample' };
}

/** Longest name of a connection, in UTF-16 units. */
export const MAX_CONNECTION_NAME = 80;

/**
 * Whether a name can be shown as it is: it has no control characters and no marks that turn a text around, and nothing
 * that VS Code would read as a link or an icon.
 */
export function isPlainName(name: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}\u2800]|\]\(|\$\(/u.test(name);
}

/**
 * Checks a connection that is to be added. Names are held to {@link isPlainName}; one that is stored already keeps its
 * name, for a person has to find it again.
 * @returns the connection, or the first field that is wrong
 */
export function readNewConnection(value: unknown): ReturnType<typeof readConnection> {
  const read = readConnection(value);
  if ('problem' in read) return read;
  const { name, signIn, tenantId, apiUrl, scope, downloadHosts = [] } = read.connection;
  const wrong = (field: string): { problem: ConnectionProblem } => ({ problem: { field } });
  if (!isPlainName(name)) return wrong('name');
  // Results are kept by tenant: those of the sample must not pass for a real one's.
  if (signIn === 'sample' && tenantId !== sampleTenantId) return wrong('tenantId');
  if (apiUrl !== undefined && !isPlainAddress(apiUrl)) return wrong('apiUrl');
  if (scope !== undefined && scope.length > MAX_ADDRESS) return wrong('scope');
  if (downloadHosts.length > MAX_HOSTS || !downloadHosts.every(isPlainHost)) return wrong('downloadHosts');
  return read;
}

/** Longer addresses could not be shown whole to whoever is asked about them, UTF-16 units. */
const MAX_ADDRESS = 500;
const MAX_HOSTS = 20;
/** Longest name of a host, RFC 1035, with room for a port. */
const MAX_HOST = 260;

/** Whether an address reads as what it is: its host is written as it is asked for, in ASCII, and nothing hides it. */
function isPlainAddress(address: string): boolean {
  const { origin } = new URL(address);
  return address.length <= MAX_ADDRESS && !/[\\\s]/u.test(address) && address.toLowerCase().startsWith(origin);
}

function isPlainHost(host: string): boolean {
  return host.length <= MAX_HOST && /^[\w.:[\]-]+$/u.test(host) && URL.canParse(`https://${host}`);
}

/**
 * Checks a connection that came from outside: a command's argument, or the database.
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
  // Results are kept by tenant: sample data must never lie among those of a real one.
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
      ...(isAbsolutePath(certificatePath) ? { certificatePath } : {}),
      // A copy: whoever handed it over could change it while a person is asked.
      ...(isTextList(hosts) ? { downloadHosts: [...hosts] } : {}),
    },
  };
}

/** Base of the API that a connection leads to. */
export function apiUrlOf(connection: Connection): string {
  if (connection.cloud === 'custom') return connection.apiUrl ?? 'https://api.sample.invalid';
  return cloudAddresses(connection.cloud, connection.region).apiUrl;
}

/** Where a connection signs in, and what it asks tokens for. */
export function signInAddressesOf(connection: Connection): { readonly authority: string; readonly scope: string } {
  const { cloud, tenantId } = connection;
  const known = cloudAddresses(cloud === 'custom' ? 'commercial' : cloud);
  return {
    authority: `${connection.authority ?? known.authority}/${tenantId}`,
    scope: connection.scope ?? known.scope,
  };
}

/**
 * All that decides where a secret may go, but for the connection's name: what was given for one place must not be sent
 * to another. The regions of a cloud are one place.
 */
export function destinationOf(connection: Connection): string {
  const { cloud, apiUrl, tenantId, clientId, signIn, certificatePath } = connection;
  const { authority, scope } = signInAddressesOf(connection);
  return JSON.stringify([cloud, apiUrl, authority, scope, tenantId, clientId, signIn, certificatePath]);
}

/** Fields by which a connection leads to an address of its own, in the order in which a person is asked about them. */
export type OwnAddress = 'region' | 'apiUrl' | 'authority' | 'scope' | 'downloadHosts';

/** Returns what a connection says about where things go, besides its cloud. */
export function ownAddressesOf(connection: Connection): readonly (readonly [field: OwnAddress, value: string])[] {
  const { region, apiUrl, authority, scope, downloadHosts } = connection;
  const fields = { region, apiUrl, authority, scope, downloadHosts: downloadHosts?.join(', ') };
  return (Object.keys(fields) as OwnAddress[]).flatMap((field) => {
    const value = fields[field];
    return value === undefined || value === '' ? [] : [[field, value] as const];
  });
}

/** Whether two connections of one name are the same way into the same tenant: every field counts. */
export function isSameConnection(one: Connection, other: Connection): boolean {
  return (
    destinationOf(one) === destinationOf(other) &&
    JSON.stringify(ownAddressesOf(one)) === JSON.stringify(ownAddressesOf(other))
  );
}

/** The origin of a sign-in service: https always, since passwords and codes pass through it. */
export function isAuthority(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(value);
  return protocol === 'https:' && username + password + search + hash === '' && pathname === '/';
}

/** A resource and `/.default`: what an administrator consented to. It also stands in commands that people copy. */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^(?:https|api):\/\/[\w.:-]+(?:\/[\w.~-]+)*\/\.default$/u.test(value);
}

/**
 * As Windows or POSIX write it. No network share, which Windows also takes with slashes of both kinds: opening one would
 * send this account's credentials to its server.
 */
export function isAbsolutePath(value: unknown): value is string {
  return typeof value === 'string' && /^(?:\/(?![\\/])|[a-z]:[\\/])/iu.test(value);
}

/** https, or http to this machine: a token must not cross a network in clear. */
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
