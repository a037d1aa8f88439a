import type { ActionRow } from './actionTable.ts';

/** One stored result: its facts as JSON and the bytes as the service stored them. */
export interface ResultRow {
  readonly key: string;
  readonly tenant: string;
  /** ms since 1970. */
  readonly fetchedAt: number;
  readonly facts: string;
  readonly bytes: Uint8Array;
  /** The action's own JSON, where it was at hand. */
  readonly action?: ActionRow | undefined;
}

/** How large a stored result is, without reading it. */
export interface ListedRow {
  readonly key: string;
  /** ms since 1970. */
  readonly fetchedAt: number;
  /** What it takes on disk, bytes. */
  readonly size: number;
  /** Something of it was copied or quoted. */
  readonly quoted: boolean;
}

/** Where a walk through the results, the newest first, has come to. */
export interface RowPlace {
  readonly fetchedAt: number;
  readonly key: string;
}

/** A stored result without its bytes. */
export interface PageRow extends RowPlace {
  readonly facts: string;
}

/** Where results are kept. */
export interface ResultTable {
  /** Replaces what was stored under the key. All of it, or nothing. */
  readonly put: (row: ResultRow) => void;
  readonly facts: (key: string) => string | undefined;
  /** @throws whatever unpacking says where the row is damaged */
  readonly bytes: (key: string) => Uint8Array | undefined;
  readonly action: (key: string) => ActionRow | undefined;
  /** The facts of a tenant's results, newest first. */
  readonly list: (tenant: string) => string[];
  /** All results, newest first. */
  readonly sizes: () => ListedRow[];
  /** The next results behind a place, newest first. */
  readonly page: (behind: RowPlace | undefined, limit: number) => PageRow[];
  /** Something of it was copied or quoted: it is not purged. */
  readonly quote: (key: string, at: number) => void;
  /** Deletes results and all that belongs to their keys; what they took is overwritten. */
  readonly delete: (keys: readonly string[]) => void;
  /** Takes a result that is damaged out of the way without deleting it. */
  readonly setAside: (key: string, at: number) => void;
  /** Deletes everything, what was set aside as well. */
  readonly clear: () => void;
  /** Changes when another window has written; undefined where none can. */
  readonly version: () => number | undefined;
}

/** Newest first, and in one order among those of one moment. */
export function byAge(one: RowPlace, other: RowPlace): number {
  if (one.fetchedAt !== other.fetchedAt) return other.fetchedAt - one.fetchedAt;
  if (one.key === other.key) return 0;
  return one.key < other.key ? 1 : -1;
}
