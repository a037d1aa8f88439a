import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { HUNTING_WINDOWS, Ledger, LONGEST_HUNT_MS, PACKAGE_WINDOWS } from '../defender/calls/ledger.ts';
import type { CallAccount, CallRows } from '../defender/calls/ledger.ts';
import { MemoryCallRows } from '../defender/calls/memoryCallRows.ts';
import { CALL_SCHEMA, SqliteCallTable } from '../storage/callTable.ts';
import { bootIdentity, CLOCK_SCHEMA, ClockSteps } from '../storage/clockSteps.ts';
import { CONNECTION_SCHEMA, MemoryConnectionTable, SqliteConnectionTable } from '../storage/connectionTable.ts';
import type { ConnectionTable } from '../storage/connectionTable.ts';
import { closeAnyway, emptyDatabase, inodeOf, inTransaction } from '../storage/database.ts';
import { openSharedFile, RECORD_SCHEMA, SHARED_FILE } from '../storage/sharedRecords.ts';
import type { SharedRecords } from '../storage/sharedRecords.ts';
import { MemorySignInTable, SIGN_IN_SCHEMA, SqliteSignInTable } from '../storage/signInTable.ts';
import type { SignInTable } from '../storage/signInTable.ts';
import type { StorageFault } from '../storage/storageFault.ts';

const SHARED_SCHEMA = CONNECTION_SCHEMA + CALL_SCHEMA + SIGN_IN_SCHEMA + RECORD_SCHEMA + CLOCK_SCHEMA;
/** Wait before the next try to open a file again that was removed, in milliseconds. Each try can wait for a lock. */
const TRY_AGAIN_MS = 4000;

/** The open file, and its inode. */
interface OpenFile {
  readonly database: DatabaseSync;
  readonly inode: bigint | undefined;
}

/** Tables that windows share: in `shared.db`, or in memory while there is no such file. */
interface Tables {
  readonly connections: ConnectionTable;
  readonly signIns: SignInTable;
  /** Undefined while the file cannot be opened. Callers then count their calls, and tell them when it can. */
  readonly ledgers: Readonly<Record<CallAccount, Ledger>> | undefined;
  readonly steps?: ClockSteps;
}

/**
 * Opens the tables that windows share. If another program removed or renamed the file, or another window set it aside,
 * a lease or a count in the open file would bind nobody. The file of that name is then opened instead.
 */
export class SharedTables {
  readonly #records: SharedRecords;
  readonly #onFault: (fault: StorageFault) => void;
  #memory = { connections: new MemoryConnectionTable(), signIns: new MemorySignInTable() };
  #tables: Tables = { ...this.#memory, ledgers: openLedgers(new MemoryCallRows()) };
  #folder: string | undefined;
  #file: OpenFile | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;

  /** @param records - are opened in the same file */
  constructor(records: SharedRecords, onFault: (fault: StorageFault) => void) {
    this.#records = records;
    this.#onFault = onFault;
  }

  /**
   * Opens the file, and moves into it what memory holds. If that fails, memory keeps it, and the call can be repeated.
   *
   * @throws any error of SQLite or the file system that a new file does not solve
   */
  openIn(folder: string): void {
    if (this.#file === undefined) this.#tables = { ...this.#tables, ledgers: undefined };
    const database = openSharedFile(folder, SHARED_SCHEMA, this.#onFault);
    const connections = new SqliteConnectionTable(database);
    const signIns = new SqliteSignInTable(database);
    try {
      inTransaction(database, () => {
        for (const row of this.#memory.connections.list()) connections.put(row);
        this.#memory.signIns.copyTo(signIns);
      });
    } catch (error) {
      closeAnyway(database);
      throw error;
    }
    this.#close();
    this.#memory = { connections: new MemoryConnectionTable(), signIns: new MemorySignInTable() };
    const [ledgers, steps] = [
      openLedgers(new SqliteCallTable(database)),
      new ClockSteps(database, bootIdentity()),
    ] as const;
    this.#tables = { connections, signIns, ledgers, steps };
    this.#folder = folder;
    this.#file = { database, inode: inodeOf(join(folder, SHARED_FILE)) };
    this.#records.openIn(database, Date.now());
  }

  get connections(): ConnectionTable {
    return this.#current().connections;
  }

  get signIns(): SignInTable {
    return this.#current().signIns;
  }

  /** Runs work on the leases with the time by the system's clock, ms since 1970. */
  leaseAtNow<Answer>(work: (signIns: SignInTable, now: number) => Answer): Answer {
    const { signIns, steps } = this.#current();
    return steps === undefined ? work(signIns, Date.now()) : steps.atNow((now) => work(signIns, now));
  }

  /** Runs work on the ledger of an account with the time by the system's clock, ms since 1970. */
  countAtNow<Answer>(account: CallAccount, work: (ledger: Ledger, now: number) => Answer): Answer {
    const { ledgers, steps } = this.#current();
    if (ledgers === undefined) throw new Error('The file that windows share is not open.');
    const ledger = ledgers[account];
    return steps === undefined ? work(ledger, Date.now()) : steps.atNow((now) => work(ledger, now));
  }

  /** Deletes everything in the file. */
  removeAll(): void {
    this.#current();
    if (this.#file !== undefined) emptyDatabase(this.#file.database);
  }

  #current(): Tables {
    if (this.#folder === undefined) return this.#tables;
    const isSame = this.#file !== undefined && inodeOf(join(this.#folder, SHARED_FILE)) === this.#file.inode;
    if (isSame) return this.#tables;
    if (this.#file !== undefined) {
      this.#close();
      this.#onFault({ of: 'shared', kind: 'vanished', reason: 'the file is not the one that was opened' });
    }
    if (this.#failed !== undefined && performance.now() - this.#failed.at < TRY_AGAIN_MS) throw this.#failed.error;
    try {
      this.openIn(this.#folder);
      this.#failed = undefined;
    } catch (error) {
      this.#failed = { error, at: performance.now() };
      throw error;
    }
    return this.#tables;
  }

  #close(): void {
    if (this.#file === undefined) return;
    this.#records.close();
    closeAnyway(this.#file.database);
    this.#file = undefined;
  }
}

/** Opens a ledger for each account. They share one table, in which an account's calls have an application of their own. */
function openLedgers(rows: CallRows): Readonly<Record<CallAccount, Ledger>> {
  return {
    api: new Ledger(rows),
    package: new Ledger(rows, PACKAGE_WINDOWS),
    hunting: new Ledger(rows, HUNTING_WINDOWS, LONGEST_HUNT_MS),
  };
}
