import { CLOUDS } from '../base/resultUri.ts';
import type { Cloud } from '../base/resultUri.ts';
import { isAuthority } from '../case/anchors/authorityAddress.ts';
import { readNewConnection, SIGN_INS } from '../connections/connection.ts';
import type { Connection, SignIn } from '../connections/connection.ts';

/** Settings that an administrator can manage, by their names in the file. Names never change. */
export interface PolicyValues {
  readonly connections: readonly Connection[];
  readonly onlyTheseConnections: boolean;
  readonly clouds: readonly Cloud[];
  readonly signIns: readonly SignIn[];
  readonly sampleTenant: boolean;
  readonly keepResults: boolean;
  /** MiB; 0 means no limit. */
  readonly maxStorageSize: number;
  /** Days; 0 means no limit. */
  readonly maxStorageAgeDays: number;
  /** Megabytes. */
  readonly maxDownloadSize: number;
  readonly downloadHosts: readonly string[];
  readonly auditTrail: boolean;
  readonly standingOrders: boolean;
  readonly packs: boolean;
  readonly record: boolean;
  /** Address; empty means none. */
  readonly timeStampAuthority: string;
  readonly defangOnCopy: boolean;
  readonly telemetry: boolean;
}

export type PolicyKey = keyof PolicyValues;

/** Keys whose value is whether something is allowed. */
export type Permission = 'sampleTenant' | 'auditTrail' | 'standingOrders' | 'packs' | 'record';

/** Rules for one key. */
interface KeyRules<Value> {
  /** Returns the checked value; undefined for a value that the key does not take. */
  readonly read: (value: unknown) => Value | undefined;
  /** Value without a policy and without a setting of the user. */
  readonly normal: Value;
  /** Strictest value. It holds if the file names the key and its value cannot be read. */
  readonly strictest: Value;
  /** Returns a value that allows no more than either of two. */
  readonly stricter: (one: Value, other: Value) => Value;
  /**
   * Whether the strictest value also holds if nothing of the file can be read. Not for keys that decide which tenant is
   * reached: one slip in a file must not take the list away in an incident.
   */
  readonly closes?: true;
  /** Whether the file only permits: the user can still decide against it. */
  readonly permits?: true;
  /** Whether a stricter value deletes what is stored. A file that others may have written must not do that. */
  readonly deletes?: true;
}

/** Longest list in the file. */
const MAX_ITEMS = 100;

const isBoolean = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** Rules for a key that allows something by default. */
const ALLOWED: KeyRules<boolean> = {
  read: isBoolean,
  normal: true,
  strictest: false,
  stricter: (one, other) => one && other,
};

const PERMITS: KeyRules<boolean> = { ...ALLOWED, permits: true };

/** Rules for a key that protects, and is off by default. */
const PROTECTS: KeyRules<boolean> = {
  read: isBoolean,
  normal: false,
  strictest: true,
  stricter: (one, other) => one || other,
};

function oneOf<Item>(all: readonly Item[]): KeyRules<readonly Item[]> {
  return {
    read: (value) => listOf(value, (item) => all.find((known) => known === item)),
    normal: all,
    strictest: [],
    stricter: both,
  };
}

/** @param normal - 0 means no limit if `from` is 0 */
function limit(normal: number, from: number, to: number): KeyRules<number> {
  const isLimit = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= from;
  return {
    read: (value) => (isLimit(value) && value <= to ? value : undefined),
    normal,
    strictest: normal,
    stricter: (one, other) => (one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other)),
  };
}

/** Every key with its rules, in the order in which they are shown. */
export const POLICY_KEYS: { readonly [Key in PolicyKey]: KeyRules<PolicyValues[Key]> } = {
  connections: {
    read: (value) => {
      const read = listOf(value, readGiven);
      return new Set(read?.map(({ name }) => name)).size === read?.length ? read : undefined;
    },
    normal: [],
    strictest: [],
    // Nothing is given; `onlyTheseConnections` still compares with the list.
    stricter: () => [],
  },
  onlyTheseConnections: PROTECTS,
  clouds: oneOf(CLOUDS),
  signIns: oneOf<SignIn>(SIGN_INS.filter((way) => way !== 'sample')),
  sampleTenant: PERMITS,
  keepResults: { ...ALLOWED, closes: true },
  maxStorageSize: { ...limit(2048, 0, 1_000_000), deletes: true },
  maxStorageAgeDays: { ...limit(0, 0, 36_500), deletes: true },
  maxDownloadSize: limit(64, 1, 512),
  downloadHosts: {
    read: (value) => listOf(value, (item) => (isHostName(item) ? item.toLowerCase() : undefined)),
    normal: [],
    strictest: [],
    stricter: both,
    closes: true,
  },
  auditTrail: { ...PERMITS, closes: true },
  standingOrders: { ...PERMITS, closes: true },
  packs: { ...PERMITS, closes: true },
  record: { ...PERMITS, closes: true },
  timeStampAuthority: {
    read: (value) => (value === '' || isAuthority(value) ? value : undefined),
    normal: '',
    strictest: '',
    stricter: (one, other) => (one === other ? one : ''),
    closes: true,
  },
  defangOnCopy: { ...PROTECTS, closes: true },
  telemetry: { ...PERMITS, closes: true },
};

/** Names of the keys. */
export const POLICY_NAMES = Object.keys(POLICY_KEYS) as readonly PolicyKey[];

function listOf<Item>(value: unknown, read: (item: unknown) => Item | undefined): Item[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_ITEMS) return undefined;
  const items = value.map(read);
  return items.every((item): item is Item & {} => item !== undefined) ? items : undefined;
}

function both<Item>(one: readonly Item[], other: readonly Item[]): readonly Item[] {
  return one.filter((item) => other.includes(item));
}

/** Fields of a connection. A secret is none of them: everyone on the machine can read the file. */
const FIELDS: ReadonlySet<string> = new Set<keyof Connection>([
  ...(['name', 'cloud', 'region', 'apiUrl', 'authority', 'scope', 'graphUrl', 'downloadHosts'] as const),
  ...(['tenantId', 'clientId', 'signIn', 'certificatePath'] as const),
]);

function readGiven(value: unknown): Connection | undefined {
  const read = readNewConnection(value);
  if ('problem' in read || read.connection.signIn === 'sample') return undefined;
  return Object.keys(value as object).every((field) => FIELDS.has(field)) ? read.connection : undefined;
}

function isHostName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 260 && /^[A-Za-z0-9.-]+(?::\d{1,5})?$/u.test(value);
}
