import type { ResultRef } from '../base/resultUri.ts';
import type { StorageFault } from '../storage/storageFault.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** A stored result in the list from which a person chooses results to clear. */
export interface StoredEntry {
  readonly facts: StoredFacts;
  /** Size on disk, in bytes. */
  readonly size: number;
  /** Whether a part of the result was copied or quoted. */
  readonly quoted: boolean;
}

/** The rule for automatic removal. The oldest results are removed first. Quoted results are never removed. */
export interface PurgeRule {
  /** Limit for all results together, in bytes on the disk; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Maximum age, ms; undefined: no limit. */
  readonly maxAge: number | undefined;
  /** A result that is kept although it alone may exceed the limit, because it was just fetched. */
  readonly except: ResultRef | undefined;
}

/** The key of a stored result, and the time when it was fetched. Both are enough to detect changes. */
export type StoredStamp = readonly [key: string, fetchedAt: number];

/** Requests to the worker about complete results. */
export interface StoreCalls {
  /** Returns every stored result, newest first. */
  readonly stored: { args: []; answer: StoredEntry[] };
  /** Returns the size of all stored results, in bytes. */
  readonly storedBytes: { args: []; answer: number };
  /** Notes that a part of a result was copied or quoted, so that the result is not purged. */
  readonly quoteResult: { args: [ref: ResultRef]; answer: undefined };
  /** Deletes results and all their records. */
  readonly deleteResults: { args: [refs: readonly ResultRef[]]; answer: undefined };
  /** Removes results by a rule, and returns the keys of the removed results. */
  readonly purge: { args: [rule: PurgeRule]; answer: string[] };
  /**
   * Returns the stored results if another window has changed the database since the previous request of this kind;
   * otherwise undefined.
   */
  readonly changedElsewhere: { args: []; answer: StoredStamp[] | undefined };
  /** Deletes everything: results, connections, accounts, the call budget, and files that were set aside. */
  readonly removeAll: { args: []; answer: undefined };
}

/** A message from the worker about a fault. The worker sends it without a request, as soon as it finds the fault. */
export interface WorkerNotice {
  readonly fault: StorageFault;
}
