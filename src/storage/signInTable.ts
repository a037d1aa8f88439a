import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database.ts';

/**
 * State that all windows share: leases and accounts. A lease lets only one window at a time prompt, renew tokens, poll
 * or fetch a run. Never contains a secret.
 */
export interface SignInTable {
  /**
   * Takes a lease, or extends it.
   * @param until - time at which the lease expires, ms since 1970. A killed window blocks others only until then.
   * @returns whether the holder has the lease now
   */
  readonly takeLease: (name: string, holder: string, until: number, now: number) => boolean;
  readonly releaseLease: (name: string, holder: string) => void;
  /** Returns the account that last signed in through a connection; undefined when no one is signed in. */
  readonly account: (owner: string) => string | undefined;
  readonly setAccount: (owner: string, account: string | undefined) => void;
  /** Returns the state of a person's consent for a connection. */
  readonly consent: (owner: string) => string | undefined;
  /** Replaces that state; with `seen`, only if it is still the same. Returns whether it was replaced. */
  readonly setConsent: (owner: string, state: string | undefined, seen?: SeenState) => boolean;
}

/** State that a caller knows. Undefined if there was none. */
export interface SeenState {
  readonly state: string | undefined;
}

/** Longest valid lease, in milliseconds. A lease that ends later is ignored, because a clock was wrong. */
const LONGEST_LEASE_MS = 120_000;

/** Schema of leases and accounts in `shared.db`, which the windows of this machine share. */
export const SIGN_IN_SCHEMA = `
  CREATE TABLE IF NOT EXISTS leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    -- ms since 1970
    until INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS accounts (
    owner TEXT PRIMARY KEY,
    account TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS consents (
    owner TEXT PRIMARY KEY,
    state TEXT NOT NULL
  ) STRICT;
`;

/** Leases and accounts in a database that all windows share. */
export class SqliteSignInTable implements SignInTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  takeLease(name: string, holder: string, until: number, now: number): boolean {
    const taken = this.#database
      .prepare(
        `INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE leases.until <= ? OR leases.until > ? OR leases.holder = excluded.holder`,
      )
      .run(name, holder, until, now, now + LONGEST_LEASE_MS);
    return Number(taken.changes) === 1;
  }

  releaseLease(name: string, holder: string): void {
    this.#database.prepare('DELETE FROM leases WHERE name = ? AND holder = ?').run(name, holder);
  }

  account(owner: string): string | undefined {
    const row = this.#database.prepare('SELECT account FROM accounts WHERE owner = ?').get(owner);
    return row === undefined ? undefined : String(row['account']);
  }

  setAccount(owner: string, account: string | undefined): void {
    if (account === undefined) this.#database.prepare('DELETE FROM accounts WHERE owner = ?').run(owner);
    else this.#database.prepare('INSERT OR REPLACE INTO accounts (owner, account) VALUES (?, ?)').run(owner, account);
  }

  consent(owner: string): string | undefined {
    const row = this.#database.prepare('SELECT state FROM consents WHERE owner = ?').get(owner);
    return row === undefined ? undefined : String(row['state']);
  }

  setConsent(owner: string, state: string | undefined, seen?: SeenState): boolean {
    // In one transaction that writes from its beginning: no other window can write between the two steps.
    return inTransaction(this.#database, () => {
      if (seen !== undefined && this.consent(owner) !== seen.state) return false;
      if (state === undefined) this.#database.prepare('DELETE FROM consents WHERE owner = ?').run(owner);
      else this.#database.prepare('INSERT OR REPLACE INTO consents (owner, state) VALUES (?, ?)').run(owner, state);
      return true;
    });
  }
}

/** Leases and accounts in memory for one session, if there is no database. */
export class MemorySignInTable implements SignInTable {
  readonly #leases = new Map<string, { readonly holder: string; readonly until: number }>();
  readonly #accounts = new Map<string, string>();
  readonly #consents = new Map<string, string>();

  takeLease(name: string, holder: string, until: number, now: number): boolean {
    const held = this.#leases.get(name);
    const holds = held !== undefined && held.until > now && held.until <= now + LONGEST_LEASE_MS;
    if (holds && held.holder !== holder) return false;
    this.#leases.set(name, { holder, until });
    return true;
  }

  releaseLease(name: string, holder: string): void {
    if (this.#leases.get(name)?.holder === holder) this.#leases.delete(name);
  }

  account(owner: string): string | undefined {
    return this.#accounts.get(owner);
  }

  setAccount(owner: string, account: string | undefined): void {
    if (account === undefined) this.#accounts.delete(owner);
    else this.#accounts.set(owner, account);
  }

  consent(owner: string): string | undefined {
    return this.#consents.get(owner);
  }

  setConsent(owner: string, state: string | undefined, seen?: SeenState): boolean {
    if (seen !== undefined && this.consent(owner) !== seen.state) return false;
    if (state === undefined) this.#consents.delete(owner);
    else this.#consents.set(owner, state);
    return true;
  }

  /** Copies the accounts to another table. Of consents only the refusals: another window may have refused, too. */
  copyTo(other: SignInTable): void {
    for (const [owner, state] of this.#consents) if (state.startsWith('off ')) other.setConsent(owner, state);
    for (const [owner, account] of this.#accounts) other.setAccount(owner, account);
  }
}
