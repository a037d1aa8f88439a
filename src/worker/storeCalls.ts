import type { ResultRef } from '../base/resultUri.ts';
import type { StorageFault } from '../storage/storageFault.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** A stored result, as a person chooses what to clear. */
export interface StoredEntry {
  readonly facts: StoredFacts;
  /** What it takes on disk, bytes. */
  readonly size: number;
  /** Something of it was copied or quoted. */
  readonly quoted: boolean;
}

/** What is removed by itself, the oldest first; never what was quoted. */
export interface PurgeRule {
  /** All results together, bytes as they lie on the disk; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** ms; undefined: none is too old. */
  readonly maxAge: number | undefined;
  /** Stays although it alone may be too large: what was fetched just now. */
  readonly except: ResultRef | undefined;
}

/** Which results there are, and when each was fetched: enough to see what has changed. */
export type StoredStamp = readonly [key: string, fetchedAt: number];

/** What the worker is asked about results as a whole. */
export interface StoreCalls {
  /** Every stored result, newest first. */
  readonly stored: { args: []; answer: StoredEntry[] };
  /** Something of a result was copied or quoted: it is not purged. */
  readonly quoteResult: { args: [ref: ResultRef]; answer: undefined };
  /** Deletes results and all that belongs to them. */
  readonly deleteResults: { args: [refs: readonly ResultRef[]]; answer: undefined };
  /** Purges by rule; answers the keys of what went. */
  readonly purge: { args: [rule: PurgeRule]; answer: string[] };
  /** What is stored, where another window has written since this was asked last; else undefined. */
  readonly changedElsewhere: { args: []; answer: StoredStamp[] | undefined };
  /** Deletes everything: results, connections, accounts, the account of calls, and files that were set aside. */
  readonly removeAll: { args: []; answer: undefined };
}

/** Told by the worker unasked, as soon as it is known. */
export interface WorkerNotice {
  readonly fault: StorageFault;
}
