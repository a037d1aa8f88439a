import { isSameConnection } from '../connections/connection.ts';
import type { Connection, SignIn } from '../connections/connection.ts';
import type { Cloud } from '../base/resultUri.ts';
import type { FoundPolicy } from './policyFile.ts';
import { POLICY_KEYS, POLICY_NAMES } from './policyKeys.ts';
import type { Permission, PolicyKey, PolicyValues } from './policyKeys.ts';

/** Value that holds, and whether an administrator decides it. */
export interface Effective<Value> {
  readonly value: Value;
  readonly isManaged: boolean;
}

/** Reason why a connection must not be used: the key that forbids it. */
export type Forbidding = 'onlyTheseConnections' | 'clouds' | 'signIns' | 'sampleTenant' | 'packs';

/** Managed settings as they were read at the start. They never change while a window is open. */
export class Policy {
  readonly #found: FoundPolicy;

  constructor(found: FoundPolicy) {
    this.#found = found;
  }

  /** Path, state and problems of the file. */
  get source(): Pick<FoundPolicy, 'path' | 'state' | 'problems'> {
    return this.#found;
  }

  /** Returns the value that holds for a key, given the user's own value or else the default. */
  effective<Key extends PolicyKey>(key: Key, own: PolicyValues[Key]): Effective<PolicyValues[Key]> {
    return effective(this.#found, key, own);
  }

  isManaged(key: PolicyKey): boolean {
    return this.effective(key, POLICY_KEYS[key].normal).isManaged;
  }

  /** Whether something is allowed. Allowing it does not replace the user's own decision to do it. */
  isAllowed(key: Permission): boolean {
    return this.effective(key, true).value;
  }

  /** Connections that the administrator gives. */
  get connections(): readonly Connection[] {
    return this.effective('connections', []).value;
  }

  /** Whether the administrator gave this very connection. */
  isGiven(connection: Connection): boolean {
    return this.connections.some((given) => given.name === connection.name && isSameConnection(given, connection));
  }

  /**
   * Returns the key that forbids a connection; undefined for one that may be used. A given one may be used in any case:
   * `clouds` and `signIns` limit what a user adds.
   */
  whyForbidden(connection: Connection): Forbidding | undefined {
    if (this.isGiven(connection)) return undefined;
    if (connection.signIn === 'sample') return this.isAllowed('sampleTenant') ? undefined : 'sampleTenant';
    // Neither `clouds` nor `signIns` can list a pack: it has no cloud, and signs in nowhere.
    if (connection.signIn === 'pack' && !this.isAllowed('packs')) return 'packs';
    const { connections: listed = [] } = this.#found.values;
    const isListed = listed.some((one) => isSameConnection(one, connection));
    if (!isListed && this.effective('onlyTheseConnections', false).value) return 'onlyTheseConnections';
    if (connection.cloud === 'pack') return undefined;
    if (!this.offers({ cloud: connection.cloud })) return 'clouds';
    return this.offers(connection.signIn) ? undefined : 'signIns';
  }

  /** Whether a user may choose a way to sign in, or a cloud, for a new connection. */
  offers(choice: SignIn | { readonly cloud: Cloud }): boolean {
    if (choice === 'sample') return this.isAllowed('sampleTenant');
    const { clouds, signIns } = POLICY_KEYS;
    return typeof choice === 'string'
      ? this.effective('signIns', signIns.normal).value.includes(choice)
      : this.effective('clouds', clouds.normal).value.includes(choice.cloud);
  }

  /** Whether a connection may sign in in this way, which can be another one than its own: a code in a remote window. */
  allowsWay(connection: Connection, way: SignIn): boolean {
    return (this.isGiven(connection) && connection.signIn === way) || this.offers(way);
  }
}

/**
 * Merges the file, the default and the user's own value.
 *
 * A file that was read decides each key that it names, or permits it where a person must decide, too. A refused file
 * can only make stricter: the strictest of file, default and the user's own value holds. Nothing is deleted on the word
 * of a file that others may have written.
 */
export function effective<Key extends PolicyKey>(
  { state, values, unreadable, isForeign, problems }: FoundPolicy,
  key: Key,
  own: PolicyValues[Key],
): Effective<PolicyValues[Key]> {
  const { normal, strictest, stricter, deletes, permits } = POLICY_KEYS[key];
  const given = unreadable.includes(key) ? strictest : values[key];
  if (state === 'none' || given === undefined) return { value: own, isManaged: false };
  if (state === 'read') return { value: permits === true ? stricter(given, own) : given, isManaged: true };
  // A key of a later version must not take away the connections that an administrator has given.
  const isOfLater = !isForeign && problems.every(({ kind }) => kind === 'unknownKey');
  if (key === 'connections' && isOfLater) return { value: given, isManaged: true };
  if (deletes === true && (isForeign || unreadable.includes(key))) return { value: own, isManaged: false };
  return { value: stricter(stricter(given, normal), own), isManaged: true };
}

/** Returns every key with the value that holds. */
export function listEffective(
  policy: Policy,
  own: PolicyValues,
): readonly { readonly key: PolicyKey; readonly value: unknown; readonly isManaged: boolean }[] {
  return POLICY_NAMES.map((key) => ({ key, ...policy.effective(key, own[key]) }));
}

/** Policy of a machine without a file. */
export const NO_POLICY = new Policy({
  path: '',
  state: 'none',
  isForeign: false,
  values: {},
  unreadable: [],
  problems: [],
});
