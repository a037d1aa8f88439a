/** Kinds of faults of a database file. */
export type StorageFaultKind =
  /** The file is not a database, or the database is damaged. */
  | 'corrupt'
  /** Another process still locks the file after our longest wait. */
  | 'locked'
  /** The disk is full, or the system does not let the file grow. */
  | 'full'
  /** No permission to open or write the file. */
  | 'noAccess'
  /** The file was removed or replaced while it was open, e.g. by a virus scanner. */
  | 'vanished'
  | 'other';

/** A fault of a database file, and how it was handled. */
export interface StorageFault {
  readonly kind: StorageFaultKind;
  /** The file: the stored results by default, or what windows share. */
  readonly of?: 'shared';
  /** New name of the damaged file. Undefined if the file was not renamed. */
  readonly setAside?: string;
  /** The message of SQLite or of the system, for the log. */
  readonly reason: string;
}

/** Primary codes of SQLite: https://www.sqlite.org/rescode.html */
const SQLITE_KINDS: Readonly<Record<number, StorageFaultKind>> = {
  5: 'locked',
  6: 'locked',
  8: 'noAccess',
  // Code 10 is an input or output error, e.g. a failed write because the system does not let the file grow.
  10: 'full',
  11: 'corrupt',
  13: 'full',
  14: 'noAccess',
  26: 'corrupt',
};
/** Extended codes of failed writes. Other input and output errors are not about disk space. */
const WRITE_ERRORS: ReadonlySet<number> = new Set([778, 1034, 1290, 1546, 4874]);

const SYSTEM_KINDS: Readonly<Record<string, StorageFaultKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'noAccess',
  EPERM: 'noAccess',
  EROFS: 'noAccess',
  ENOTDIR: 'noAccess',
  EBUSY: 'locked',
  // Our own code for a symbolic link that is not followed: see LinkRefused.
  ELOOP: 'noAccess',
};

/** Returns the kind of fault for an error of SQLite or of the file system. */
export function faultKindOf(error: unknown): StorageFaultKind {
  if (!(error instanceof Error)) return 'other';
  if ('errcode' in error && typeof error.errcode === 'number') {
    const primary = error.errcode % 256;
    if (primary === 10 && !WRITE_ERRORS.has(error.errcode)) return 'other';
    return SQLITE_KINDS[primary] ?? 'other';
  }
  return 'code' in error && typeof error.code === 'string' ? (SYSTEM_KINDS[error.code] ?? 'other') : 'other';
}

/** Returns the error's own name and message, for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
