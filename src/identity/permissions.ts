import { readClaims } from './claims.ts';

/**
 * Whether a token has the permissions for a call. `unknown` means that the token has permissions that we do not know.
 * They may include the permissions for the call.
 */
export type Verdict = 'held' | 'uncertain' | 'missing' | 'unknown';

/**
 * Permissions that a token states for its holder. They are only advice, because only the API knows which permissions it
 * enforces.
 */
export interface PermissionAdvice {
  /** Kind of holder. Permissions of users and of applications have different names. */
  readonly holder: 'person' | 'application';
  readonly results: Verdict;
  /** Verdict for the list of actions. A user also needs the role "View Data", which no token shows. */
  readonly list: Verdict;
  /** Names of the missing or uncertain permissions, as Entra shows them to an administrator. */
  readonly needs: readonly string[];
  /** The token's own permissions to run scripts on devices, verbatim. */
  readonly scripts: readonly string[];
  /** The token's own permissions to isolate, scan, tag, offboard or otherwise change machines, verbatim. */
  readonly machines: readonly string[];
  /** The token's own permissions to change the library of scripts, verbatim. */
  readonly library: readonly string[];
}

/** Permission to run hunting queries through Microsoft Graph, for people and for applications. Source: api-facts §4. */
export const HUNTING_PERMISSION = 'ThreatHunting.Read.All';

const SCRIPTS = /^Machine\.LiveResponse$/u;
const MACHINES =
  /^Machine\.(?:ReadWrite|Isolate|Scan|StopAndQuarantine|RestrictExecution|Offboard|CollectForensics)(?:\.All)?$/u;
const LIBRARY = /^Library\.Manage$/u;
const LISTING = /^Machine\.Read(?:Write)?(?:\.All)?$/u;

/**
 * Matches the permissions of the Defender API and of OpenID. A permission with any other name may include all of them.
 */
const KNOWN_SCOPE =
  /^(?:(?:AdvancedQuery|Alert|Event|File|IntegrationConfiguration|Ip|Library|Machine|RemediationTasks|Score|SecurityBaselinesAssessment|SecurityConfiguration|SecurityRecommendation|Software|Ti|Url|User|Vulnerability)\.[A-Za-z.]+|openid|profile|email|offline_access)$/u;

/**
 * Returns the permissions of a token, as far as the token itself shows them.
 *
 * @returns undefined if the token shows nothing: it is unreadable, names no permission, or delegates only permissions
 *   that we do not know
 */
export function adviseOn(token: string): PermissionAdvice | undefined {
  const claims = readClaims(token);
  if (claims === undefined) return undefined;
  const { scopes, roles } = claims;
  // A user's token may carry roles as well, but only the delegated permissions count.
  const holder = scopes === undefined ? 'application' : 'person';
  const names = scopes ?? roles ?? [];
  if (names.length === 0) return undefined;
  const all = (pattern: RegExp): readonly string[] => names.filter((name) => pattern.test(name));
  const advice = {
    holder,
    ...(holder === 'person' ? forPerson(names) : forApplication(names)),
    scripts: all(SCRIPTS),
    machines: all(MACHINES),
    library: all(LIBRARY),
  } as const;
  const saysMore = [...advice.scripts, ...advice.machines, ...advice.library].length > 0;
  return advice.results === 'unknown' && advice.list === 'unknown' && !saysMore ? undefined : advice;
}

type Needs = Pick<PermissionAdvice, 'results' | 'list' | 'needs'>;

function forPerson(scopes: readonly string[]): Needs {
  const otherwise = scopes.every((scope) => KNOWN_SCOPE.test(scope)) ? 'missing' : 'unknown';
  const results = scopes.some((scope) => SCRIPTS.test(scope)) ? 'held' : otherwise;
  const list = scopes.some((scope) => LISTING.test(scope)) ? 'held' : otherwise;
  return {
    results,
    list,
    needs: [
      ...(results === 'missing' ? ['Machine.LiveResponse'] : []),
      ...(list === 'missing' ? ['Machine.Read'] : []),
    ],
  };
}

/**
 * Returns the advice for an application. The API refused a result to an application that had only Machine.LiveResponse.
 * It stated that Machine.Read.All would be enough. Microsoft's newer page names only Machine.ReadWrite.All.
 */
function forApplication(roles: readonly string[]): Needs {
  const readWrite = roles.includes('Machine.ReadWrite.All');
  const results = readWrite ? 'held' : roles.includes('Machine.Read.All') ? 'uncertain' : 'missing';
  const list = roles.some((role) => LISTING.test(role)) ? 'held' : 'missing';
  return { results, list, needs: readWrite ? [] : ['Machine.ReadWrite.All'] };
}
