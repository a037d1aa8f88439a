import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

/** What the worker can be asked for about results that are never in memory whole: see `WorkerCalls`. */
export interface LargeCalls {
  /** Answers a number, by which its pieces are added. */
  readonly beginLarge: { args: []; answer: number };
  /** Stores the next bytes of its file, and what can be read of its texts by then. */
  readonly addLarge: { args: [id: number, bytes: Uint8Array]; answer: undefined };
  /** Its download begins anew. */
  readonly restartLarge: { args: [id: number]; answer: undefined };
  /** All of it is here: from now on it is a stored result like any other. */
  readonly endLarge: {
    args: [id: number, facts: ReceivedFacts, action: ReceivedAction | undefined];
    answer: StoredFacts;
  };
  /** It will not become whole. */
  readonly dropLarge: { args: [id: number]; answer: undefined };
  /**
   * Writes the file of a large result, as the service stored it, and checks its hash on the way; answers its size.
   * Undefined where it is not stored, or no large one.
   */
  readonly saveFile: { args: [ref: ResultRef, path: string]; answer: number | undefined };
}
