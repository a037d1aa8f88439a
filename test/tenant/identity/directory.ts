import { randomUUID } from 'node:crypto';
import type { Aadsts } from './entraErrors.ts';

/** A user who can sign in. */
export interface Person {
  /** Object id; also the provider's id of the account. */
  readonly oid: string;
  readonly upn: string;
  readonly name: string;
}

/** The decisions of an administrator. Tests change them at any time. */
export interface Policies {
  /** "Allow public client flows" of the app registration. Off: 7000218. */
  publicClientFlows: boolean;
  /**
   * The policy that blocks device codes. Conditional access: 53003 at the sign-in, and 530036 when a session that began
   * with a code is refreshed. Security defaults: 530035.
   */
  blockDeviceCode: 'nobody' | 'conditionalAccess' | 'securityDefaults';
  /**
   * Whether conditional access blocks every user: a page that leads nowhere, and 53003 for a user who is already signed
   * in.
   */
  blockAccess: boolean;
  /** Whether the application's permissions are granted. If not: 65001, and the sign-in page asks for consent. */
  consented: boolean;
  /** The same for its permission in Microsoft Graph. */
  huntingConsented: boolean;
  /** The authentication context that the API requires in a token's `acrs`, such as `c1`. */
  apiContext: string | undefined;
  /** Seconds by which the service's clock is ahead of ours when it checks a client assertion. */
  clockAheadSeconds: number;
}

/** Lifetimes in seconds. Tests change them at any time; a change applies to what is issued afterwards. */
export interface Lifetimes {
  accessToken: number;
  refreshToken: number;
  deviceCode: number;
  /** Time between two polls for a device code. */
  deviceInterval: number;
}

/** The directory's record of one sign-in. Its refresh tokens share it. */
export interface SignIn {
  readonly oid: string;
  /** Authentication contexts that were requested and met. */
  readonly acrs: readonly string[];
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Whether the user used a device code: Entra calls such a session protocol tracked. */
  readonly deviceCode: boolean;
}

/** A refusal of a correct request. */
export interface PlannedRefusal {
  readonly aadsts: Aadsts;
  /**
   * The grant type as on the wire: `refresh_token`, `authorization_code`, `client_credentials`, `device_code`;
   * `devicecode` for the request that begins such a sign-in. Any if not given.
   */
  readonly grantType?: string;
  /** The claims challenge that comes with it, as JSON. */
  readonly claims?: string;
  /** Number of requests; 1 if not given. */
  readonly times?: number;
}

/** One tenant's directory: its users, its registered application and its policies. */
export interface Directory {
  readonly tenantId: string;
  readonly clientId: string;
  /** The object id of the application in the tenant, which is not its client id. */
  readonly applicationOid: string;
  readonly applicationRoles: readonly string[];
  /** Permissions that are granted to the application for the users who sign in to it, as in `scp`. */
  readonly delegatedPermissions: readonly string[];
  /** The resources that are installed in the tenant. */
  readonly audiences: readonly string[];
  readonly graph: GraphResource;
  readonly people: readonly Person[];
  readonly policies: Policies;
  readonly lifetimes: Lifetimes;
  /** Sign-ins by grant id. */
  readonly signIns: Map<string, SignIn>;
  /** Sign-ins before this moment (monotonic milliseconds) lack the second factor. */
  multiFactorSince: number;
  readonly plan: (refusal: PlannedRefusal) => void;
  /** Returns the next planned refusal that matches, and uses it up. */
  readonly takePlanned: (grantType: string) => PlannedRefusal | undefined;
  /** Restores the state at the tenant's start. Users who are signed in stay signed in. */
  readonly reset: () => void;
}

/** Microsoft Graph as a resource of the tenant. */
export interface GraphResource {
  readonly audience: string;
  /** Permissions that are granted there to the application, and to its users. */
  readonly permissions: readonly string[];
}

/** Changes to a plain directory. */
export interface DirectoryOptions {
  readonly tenantId: string;
  readonly applicationRoles: readonly string[];
  readonly delegatedPermissions?: readonly string[];
  readonly audiences: readonly string[];
  readonly graph: GraphResource;
  readonly lifetimes?: Partial<Lifetimes>;
}

const POLICIES: Readonly<Policies> = {
  publicClientFlows: true,
  blockDeviceCode: 'nobody',
  blockAccess: false,
  consented: true,
  huntingConsented: true,
  apiContext: undefined,
  clockAheadSeconds: 0,
};
const ONE_HOUR = 3600;
const LIFETIMES: Readonly<Lifetimes> = {
  accessToken: ONE_HOUR,
  refreshToken: 90 * 24 * ONE_HOUR,
  deviceCode: 900,
  deviceInterval: 5,
};

/** Creates a tenant's directory. */
export function createDirectory(options: DirectoryOptions): Directory {
  const planned: { refusal: PlannedRefusal; left: number }[] = [];
  const lifetimes = { ...LIFETIMES, ...options.lifetimes };
  const policies = { ...POLICIES };
  const directory: Directory = {
    tenantId: options.tenantId,
    clientId: randomUUID(),
    applicationOid: randomUUID(),
    applicationRoles: options.applicationRoles,
    delegatedPermissions: options.delegatedPermissions ?? ['Machine.LiveResponse', 'Machine.Read'],
    audiences: [...options.audiences, options.graph.audience],
    graph: options.graph,
    people: [
      { oid: randomUUID(), upn: 'analyst@contoso.example', name: 'Alex Analyst' },
      { oid: randomUUID(), upn: 'responder@contoso.example', name: 'Robin Responder' },
    ],
    policies,
    lifetimes,
    signIns: new Map(),
    multiFactorSince: -Infinity,
    plan: (refusal) => planned.push({ refusal, left: refusal.times ?? 1 }),
    takePlanned: (grantType) => {
      const index = planned.findIndex(({ refusal }) => (refusal.grantType ?? grantType) === grantType);
      const found = planned[index];
      if (found !== undefined && --found.left <= 0) {
        planned.splice(index, 1);
      }
      return found?.refusal;
    },
    reset: () => {
      planned.length = 0;
      directory.multiFactorSince = -Infinity;
      Object.assign(policies, POLICIES);
      Object.assign(lifetimes, LIFETIMES, options.lifetimes);
    },
  };
  return directory;
}

/**
 * Returns the authentication contexts that a claims parameter requires of an access token. Returns none for an
 * unreadable parameter.
 */
export function demandedContexts(claims: unknown): readonly string[] {
  if (typeof claims !== 'string') {
    return [];
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(claims);
  } catch {
    return [];
  }
  const acrs = member(member(parsed, 'access_token'), 'acrs');
  const values = member(acrs, 'values') ?? [member(acrs, 'value')];
  return Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string') : [];
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}
