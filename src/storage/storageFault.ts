/** What is wrong with a database file. */
export type StorageFaultKind =
  /** Its content is no database, or a damaged one. */
  | 'corrupt'
  /** Another process holds it longer than we wait. */
  | 'locked'
  /** There is no room, or the system allows the file no more. */
  | 'full'
  /** It may not be written, or not be opened. */
  | 'noAccess'
  /** It was taken away while it was open, as virus scanners do. */
  | 'vanished'
  | 'other';

/** Something that went wrong with stored results, and what was done about it. */
export interface StorageFault {
  readonly kind: StorageFaultKind;
  /** The name that the damaged file was given; undefined where it stands as it stood. */
  readonly setAside?: string;
  /** SQLite's or the system's own words, for the log. */
  readonly reason: string;
}

/** Primary codes of SQLite: https://www.sqlite.org/rescode.html */
const SQLITE_KINDS: Readonly<Record<number, StorageFaultKind>> = {
  5: 'locked',
  6: 'locked',
  8: 'noAccess',
  // A file that the system lets grow no further is a failed write to SQLite.
  10: 'full',
  11: 'corrupt',
  13: 'full',
  14: 'noAccess',
  26: 'corrupt',
};
/** Extended codes of failed writes; other input and output errors are none of room. */
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
  // Our own word for a symbolic link that is not followed: see LinkRefused.
  ELOOP: 'noAccess',
};

/** What SQLite or the file system threw, in one word. */
export function faultKindOf(error: unknown): StorageFaultKind {
  if (!(error instanceof Error)) return 'other';
  if ('errcode' in error && typeof error.errcode === 'number') {
    const primary = error.errcode % 256;
    if (primary === 10 && !WRITE_ERRORS.has(error.errcode)) return 'other';
    return SQLITE_KINDS[primary] ?? 'other';
  }
  return 'code' in error && typeof error.code === 'string' ? (SYSTEM_KINDS[error.code] ?? 'other') : 'other';
}

/** The error's own words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
