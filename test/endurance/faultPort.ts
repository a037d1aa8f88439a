import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** The places where the product leaves its own code. */
export type Door = 'file' | 'database';

/** A fault: the nth call through a door fails, or the nth of one site. */
export interface PlannedFault {
  readonly door: Door | 'any';
  readonly kind: string;
  /** Site whose calls are counted; undefined for every call through the door. */
  readonly site?: string;
  /** Number of the call, from 1. */
  readonly nth: number;
  /** Whether all calls after it fail, too. */
  readonly lasts: boolean;
}

/** A call through a door: its operation, without what differs from run to run. */
export interface PassedCall {
  readonly door: Door;
  readonly site: string;
}

type Call = (this: unknown, ...args: readonly unknown[]) => unknown;
type Members = Record<string, Call>;

/** Codes of SQLite, by the name of the kind: https://www.sqlite.org/rescode.html */
const SQLITE_CODES: Readonly<Record<string, readonly [code: number, text: string]>> = {
  FULL: [13, 'database or disk is full'],
  BUSY: [5, 'database is locked'],
  IOERR_WRITE: [778, 'disk I/O error'],
  IOERR_READ: [266, 'disk I/O error'],
  CORRUPT: [11, 'database disk image is malformed'],
  CANTOPEN: [14, 'unable to open database file'],
  READONLY: [8, 'attempt to write a readonly database'],
};

/** Kind of a fault that ends the process. */
export const KILL = 'KILL';

/** Kinds of faults of each door. */
export const KINDS: Readonly<Record<Door, readonly string[]>> = {
  file: ['ENOSPC', 'EIO', 'EACCES', 'EBUSY'],
  database: Object.keys(SQLITE_CODES),
};

/** Functions of `node:fs` that take a path first, and those that take a descriptor or a handle. */
const BY_PATH = ['mkdirSync', 'chmodSync', 'lstatSync', 'renameSync', 'rmSync', 'readdirSync', 'openSync'] as const;
const BY_DESCRIPTOR = ['writeSync', 'fsyncSync', 'closeSync'] as const;
const PROMISED = ['open', 'rename', 'rm', 'mkdtemp', 'readdir', 'readFile'] as const;
const OF_HANDLE = ['write', 'truncate', 'sync', 'stat'] as const;

/**
 * Stands at the doors to the file system and to SQLite, for calls about one folder. It counts them, and makes one of them
 * fail. The product's code does not know it: the functions of Node are replaced.
 */
export class FaultPort {
  readonly passed: PassedCall[] = [];
  #folder = '\0';
  #plan: PlannedFault | undefined;
  #count = 0;
  #fired: string | undefined;
  #isArmed = false;
  readonly #descriptors = new Set<number>();
  readonly #handles = new WeakSet();
  readonly #ofStatement = new WeakMap<object, DatabaseSync>();
  readonly #databases = new Map<DatabaseSync, string>();

  /** Site of the call that failed; undefined if none did. */
  get fired(): string | undefined {
    return this.#fired;
  }

  /** Watches a folder from here on. Without a plan, calls are counted only. */
  arm(folder: string, plan: PlannedFault | undefined): void {
    this.#folder = folder;
    this.#plan = plan;
    this.#count = 0;
    this.#fired = undefined;
    this.passed.length = 0;
    this.#isArmed = true;
  }

  disarm(): void {
    this.#isArmed = false;
  }

  /** Closes every database that is still open, as the end of a process does. */
  closeAll(): void {
    for (const database of this.#databases.keys()) if (database.isOpen) database.close();
    this.#databases.clear();
  }

  /** Replaces the functions of Node. Once in a process. */
  async install(): Promise<void> {
    const real = { ...(fs as unknown as Members) };
    for (const name of BY_PATH) this.#replaceByPath(fs as unknown as Members, name, real);
    for (const name of BY_DESCRIPTOR) this.#replaceByDescriptor(fs as unknown as Members, name, real);
    for (const name of PROMISED) this.#replacePromised(fsPromises as unknown as Members, name);
    // Node's class of handles is found through a handle of its own.
    const handle = await fsPromises.open(import.meta.filename);
    const members = Object.getPrototypeOf(handle) as Members;
    await handle.close();
    for (const name of OF_HANDLE) this.#replaceOfHandle(members, name);
    this.#replaceDatabase();
    syncBuiltinESMExports();
  }

  #isOurs(path: unknown): boolean {
    return typeof path === 'string' && path.startsWith(this.#folder);
  }

  /** Counts a call. @returns the error with which it fails; undefined if it goes through */
  #meet(door: Door, site: string): string | undefined {
    if (!this.#isArmed) return undefined;
    this.passed.push({ door, site });
    const plan = this.#plan;
    if (plan === undefined || (plan.door !== 'any' && plan.door !== door)) return undefined;
    if (plan.site === undefined || plan.site === site) this.#count++;
    const isNext = this.#count === plan.nth && this.#fired === undefined;
    if (isNext) this.#fired = site;
    else if (!plan.lasts || this.#fired === undefined) return undefined;
    // The process ends between two calls, whatever else is under way.
    if (plan.kind === KILL) process.kill(process.pid, 'SIGKILL');
    return plan.kind;
  }

  #meetFile(operation: string): Error | undefined {
    const kind = this.#meet('file', operation);
    return kind === undefined ? undefined : systemError(kind, operation);
  }

  #replaceByPath(members: Members, name: string, real: Members): void {
    const call = memberOf(real, name);
    const meet = (path: unknown): Error | undefined =>
      this.#isOurs(path) ? this.#meetFile(`${name} ${kindOfPath(String(path))}`) : undefined;
    const note = (path: unknown, answer: unknown): void => {
      if (name === 'openSync' && this.#isOurs(path)) this.#descriptors.add(answer as number);
    };
    members[name] = function (...args) {
      const error = meet(args[0]);
      if (error !== undefined) throw error;
      const answer: unknown = Reflect.apply(call, this, args);
      note(args[0], answer);
      return answer;
    };
  }

  #replaceByDescriptor(members: Members, name: string, real: Members): void {
    const call = memberOf(real, name);
    const meet = (descriptor: unknown): Error | undefined =>
      this.#descriptors.has(descriptor as number) ? this.#meetFile(name) : undefined;
    const forget = (descriptor: unknown): void => {
      if (name === 'closeSync') this.#descriptors.delete(descriptor as number);
    };
    members[name] = function (...args) {
      const error = meet(args[0]);
      if (error !== undefined && name !== 'closeSync') throw error;
      // A close that fails has closed the file nevertheless.
      const answer: unknown = Reflect.apply(call, this, args);
      forget(args[0]);
      if (error !== undefined) throw error;
      return answer;
    };
  }

  #replacePromised(members: Members, name: string): void {
    const call = memberOf(members, name);
    const meet = (path: unknown): Error | undefined =>
      this.#isOurs(path) ? this.#meetFile(`${name} ${kindOfPath(String(path))}`) : undefined;
    const note = (path: unknown, handle: unknown): void => {
      if (name === 'open' && this.#isOurs(path)) this.#handles.add(handle as FileHandle);
    };
    members[name] = async function (...args) {
      const error = meet(args[0]);
      if (error !== undefined) throw error;
      const answer = await Reflect.apply<unknown, readonly unknown[], Promise<unknown>>(call as never, this, args);
      note(args[0], answer);
      return answer;
    };
  }

  #replaceOfHandle(members: Members, name: string): void {
    const call = memberOf(members, name);
    const meet = (handle: unknown): Error | undefined =>
      this.#handles.has(handle as object) ? this.#meetFile(`handle.${name}`) : undefined;
    members[name] = async function (...args) {
      const error = meet(this);
      if (error === undefined) return Reflect.apply(call, this, args);
      // A disk that gets full takes a part of what is written.
      if (name === 'write')
        await Reflect.apply(call, this, [args[0], args[1], Math.ceil(Number(args[2]) / 2), args[3]]);
      throw error;
    };
  }

  #replaceDatabase(): void {
    const statements = StatementSync.prototype as unknown as Members;
    const members = DatabaseSync.prototype as unknown as Members;
    const meet = (database: unknown, site: string): Error | undefined => this.#meetDatabase(database, site);
    const ofStatement = this.#ofStatement;
    for (const name of ['exec', 'prepare']) {
      const call = memberOf(members, name);
      members[name] = function (...args) {
        const error = meet(this, `${name} ${String(args[0]).trim().replaceAll(/\s+/gu, ' ').slice(0, 60)}`);
        if (error !== undefined) throw error;
        const answer: unknown = Reflect.apply(call, this, args);
        if (name === 'prepare') ofStatement.set(answer as object, this as DatabaseSync);
        return answer;
      };
    }
    for (const name of ['run', 'get', 'all']) {
      const call = memberOf(statements, name);
      statements[name] = function (...args) {
        const { sourceSQL } = this as { readonly sourceSQL: string };
        const site = `${name} ${sourceSQL.trim().replaceAll(/\s+/gu, ' ').slice(0, 60)}`;
        const error = meet(ofStatement.get(this as object), site);
        if (error !== undefined) throw error;
        return Reflect.apply(call, this, args);
      };
    }
  }

  #meetDatabase(database: unknown, site: string): Error | undefined {
    const ours = database as DatabaseSync;
    // Called for statements of other databases, too: those in memory have no place.
    const path = this.#databases.get(ours) ?? ours.location();
    if (path === null || !this.#isOurs(path)) return undefined;
    this.#databases.set(ours, path);
    const kind = this.#meet('database', `${kindOfPath(path)} ${site}`);
    if (kind === undefined) return undefined;
    // SQLite itself takes a transaction back when the disk is full: https://www.sqlite.org/lang_transaction.html
    if (kind === 'FULL' && ours.isTransaction) {
      this.#isArmed = false;
      ours.exec('ROLLBACK');
      this.#isArmed = true;
    }
    return sqliteError(kind);
  }
}

function memberOf(members: Members, name: string): Call {
  const member = members[name];
  if (member === undefined) throw new Error(`Node has no ${name}`);
  return member;
}

/** Returns the name of a file without what differs from run to run. */
function kindOfPath(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replaceAll(/^fault-\w+$/gu, '<folder>')
    .replaceAll(/\d{4}-?\d\d-?\d\dT\w+/gu, '<time>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, '<id>');
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: produced by a test, ${syscall}`), { code, syscall });
}

function sqliteError(kind: string): Error {
  const [errcode, errstr] = SQLITE_CODES[kind] ?? [1, 'SQL logic error'];
  return Object.assign(new Error(errstr), { code: 'ERR_SQLITE_ERROR', errcode, errstr });
}
