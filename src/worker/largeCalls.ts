import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

/** Requests to the worker about results that are never in memory whole: see `WorkerCalls`. */
export interface LargeCalls {
  /** Begins a result. Answers a number, by which its pieces are added. */
  readonly beginLarge: { args: []; answer: number };
  /** Stores the next bytes of the file, and the texts that can be read from it by then. */
  readonly addLarge: { args: [id: number, bytes: Uint8Array]; answer: undefined };
  /** Drops what was stored, because the download starts again. */
  readonly restartLarge: { args: [id: number]; answer: undefined };
  /** Ends a result that is complete: from now on it is a stored result like any other. */
  readonly endLarge: {
    args: [id: number, facts: ReceivedFacts, action: ReceivedAction | undefined];
    answer: StoredFacts;
  };
  /** Drops a result that will not be completed. */
  readonly dropLarge: { args: [id: number]; answer: undefined };
  /**
   * Writes the file of a large result, as the service stored it, and checks its hash on the way; answers its size.
   * Undefined where the result is not stored, or not large.
   */
  readonly saveFile: { args: [ref: ResultRef, path: string]; answer: number | undefined };
}
