import type { ResultRef } from '../base/resultUri.ts';
import type { StorageFault } from '../storage/storageFault.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** A stored result, as shown to a person who chooses what to clear. */
export interface StoredEntry {
  readonly facts: StoredFacts;
  /** Size on disk, in bytes. */
  readonly size: number;
  /** Whether something of it was copied or quoted. */
  readonly quoted: boolean;
}

/** The rule for automatic removal, the oldest first. Quoted results are never removed. */
export interface PurgeRule {
  /** Limit for all results together, in bytes on the disk; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Maximum age, ms; undefined: no limit. */
  readonly maxAge: number | undefined;
  /** A result that stays although it alone may be too large: the one that was fetched just now. */
  readonly except: ResultRef | undefined;
}

/** A stored result and when it was fetched: enough to detect changes. */
export type StoredStamp = readonly [key: string, fetchedAt: number];

/** Requests to the worker about results as a whole. */
export interface StoreCalls {
  /** Every stored result, newest first. */
  readonly stored: { args: []; answer: StoredEntry[] };
  /** Notes that something of a result was copied or quoted, so that it is not purged. */
  readonly quoteResult: { args: [ref: ResultRef]; answer: undefined };
  /** Deletes results and all that belongs to them. */
  readonly deleteResults: { args: [refs: readonly ResultRef[]]; answer: undefined };
  /** Purges by a rule; answers the keys of the deleted results. */
  readonly purge: { args: [rule: PurgeRule]; answer: string[] };
  /** The stored results, if another window has written since the last such request; otherwise undefined. */
  readonly changedElsewhere: { args: []; answer: StoredStamp[] | undefined };
  /** Deletes everything: results, connections, accounts, the call budget, and files that were set aside. */
  readonly removeAll: { args: []; answer: undefined };
}

/** Sent by the worker without a request, as soon as the fault is known. */
export interface WorkerNotice {
  readonly fault: StorageFault;
}
