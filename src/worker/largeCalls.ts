import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

/** Requests to the worker about results that are too large for memory: see `WorkerCalls`. */
export interface LargeCalls {
  /** Begins a result. Returns a number that the other requests use as the result's id. */
  readonly beginLarge: { args: []; answer: number };
  /** Stores the next bytes of the file, and the texts that can be read from the file so far. */
  readonly addLarge: { args: [id: number, bytes: Uint8Array]; answer: undefined };
  /** Drops the stored pieces, because the download starts again. */
  readonly restartLarge: { args: [id: number]; answer: undefined };
  /** Ends a result that is complete. From then on it is a stored result like any other. */
  readonly endLarge: {
    args: [id: number, facts: ReceivedFacts, action: ReceivedAction | undefined];
    answer: StoredFacts;
  };
  /** Drops a result that will not be completed. */
  readonly dropLarge: { args: [id: number]; answer: undefined };
  /**
   * Writes the file of a large result, as the service stored it. Checks its hash at the same time, and returns its
   * size. Returns undefined if the result is not stored, or is not large.
   */
  readonly saveFile: { args: [ref: ResultRef, path: string]; answer: number | undefined };
}
