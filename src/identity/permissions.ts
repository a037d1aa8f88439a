import { readClaims } from './claims.ts';

/** Whether a token has what a call needs. `unknown`: it names permissions that we do not know, which may include it. */
export type Verdict = 'held' | 'uncertain' | 'missing' | 'unknown';

/** What a token says that its holder may do. Advice only: what the API enforces, only the API knows. */
export interface PermissionAdvice {
  /** Permissions of people and of applications have different names. */
  readonly holder: 'person' | 'application';
  readonly results: Verdict;
  /** A person also needs the role "View Data", which no token shows. */
  readonly list: Verdict;
  /** What is missing or uncertain, by the names that an administrator knows. */
  readonly needs: readonly string[];
  /** The token's own permissions to run scripts on devices, verbatim. */
  readonly scripts: readonly string[];
  /** Its permissions to isolate, scan, tag, offboard or otherwise change machines, verbatim. */
  readonly machines: readonly string[];
  /** Its permissions to change the library of scripts, verbatim. */
  readonly library: readonly string[];
}

const SCRIPTS = /^Machine\.LiveResponse$/u;
const MACHINES =
  /^Machine\.(?:ReadWrite|Isolate|Scan|StopAndQuarantine|RestrictExecution|Offboard|CollectForensics)(?:\.All)?$/u;
const LIBRARY = /^Library\.Manage$/u;
const LISTING = /^Machine\.Read(?:Write)?(?:\.All)?$/u;

/** Permissions of the Defender API, and what OpenID adds: any other one may stand for all of them. */
const KNOWN_SCOPE =
  /^(?:(?:AdvancedQuery|Alert|Event|File|IntegrationConfiguration|Ip|Library|Machine|RemediationTasks|Score|SecurityBaselinesAssessment|SecurityConfiguration|SecurityRecommendation|Software|Ti|Url|User|Vulnerability)\.[A-Za-z.]+|openid|profile|email|offline_access)$/u;

/**
 * What a token allows, as far as it can be known from the token.
 *
 * @returns undefined when it says nothing: it cannot be read, or names only permissions that we do not know
 */
export function adviseOn(token: string): PermissionAdvice | undefined {
  const claims = readClaims(token);
  if (claims === undefined) return undefined;
  const { scopes, roles } = claims;
  // A person's token may carry roles as well; what it may do is what was delegated.
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
 * Machine.LiveResponse alone was refused when an application asked for a result, and Machine.Read.All named as enough;
 * Microsoft's newer page names Machine.ReadWrite.All only.
 */
function forApplication(roles: readonly string[]): Needs {
  const readWrite = roles.includes('Machine.ReadWrite.All');
  const results = readWrite ? 'held' : roles.includes('Machine.Read.All') ? 'uncertain' : 'missing';
  const list = roles.some((role) => LISTING.test(role)) ? 'held' : 'missing';
  return { results, list, needs: readWrite ? [] : ['Machine.ReadWrite.All'] };
}
