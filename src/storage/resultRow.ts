import type { ActionRow } from './actionTable.ts';

/** Tells without a result's bytes which texts cannot be in it. */
export interface ResultFilter {
  /** SHA-256 of the bytes that it was made from, as hexadecimal digits. */
  readonly sha256: string;
  readonly bits: Uint8Array;
}

/** A stored result: its facts as JSON, and the bytes as the service stored them. */
export interface ResultRow {
  readonly key: string;
  readonly tenant: string;
  /** ms since 1970. */
  readonly fetchedAt: number;
  readonly facts: string;
  readonly bytes: Uint8Array;
  /** The action's own JSON, if it was available. */
  readonly action?: ActionRow | undefined;
  readonly filter?: ResultFilter | undefined;
}

/** Size of a stored result, found without reading its bytes. */
export interface ListedRow {
  readonly key: string;
  /** ms since 1970. */
  readonly fetchedAt: number;
  /** Size on disk, in bytes. */
  readonly size: number;
  /** Whether a text of the result was copied or quoted. */
  readonly quoted: boolean;
}

/** Last row of a page of results, newest first. The next page begins after it. */
export interface RowPlace {
  readonly fetchedAt: number;
  readonly key: string;
}

/** A stored result without its bytes. */
export interface PageRow extends RowPlace {
  readonly facts: string;
  readonly filter?: ResultFilter | undefined;
}

/** Storage for results. */
export interface ResultTable {
  /** Replaces the result stored under the key. If that fails, the previous result stays. */
  readonly put: (row: ResultRow) => void;
  readonly facts: (key: string) => string | undefined;
  /** Returns the bytes of a result. @throws the error of unpacking when the row is damaged */
  readonly bytes: (key: string) => Uint8Array | undefined;
  readonly action: (key: string) => ActionRow | undefined;
  /** Returns the sizes of all results, newest first. */
  readonly sizes: () => ListedRow[];
  /** Returns the next results after a place, newest first: of one tenant, or of all. */
  readonly page: (behind: RowPlace | undefined, limit: number, tenant?: string) => PageRow[];
  /** Marks a result as copied or quoted, so that it is not purged. */
  readonly quote: (key: string, at: number) => void;
  /** Deletes results and everything that belongs to their keys. SQLite overwrites their space. */
  readonly delete: (keys: readonly string[]) => void;
  /** Hides a damaged result without deleting it. */
  readonly setAside: (key: string, at: number) => void;
  /** Deletes all results, including damaged results that were set aside. */
  readonly clear: () => void;
}

/** Compares rows by age, newest first. Rows of the same millisecond are compared by their keys. */
export function byAge(one: RowPlace, other: RowPlace): number {
  if (one.fetchedAt !== other.fetchedAt) return other.fetchedAt - one.fetchedAt;
  if (one.key === other.key) return 0;
  return one.key < other.key ? 1 : -1;
}
