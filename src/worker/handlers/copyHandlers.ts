import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';

/**
 * Requests about the text that was copied last from one of our documents, in any window: see `CopyTable` in
 * storage/copyTable.ts.
 */
export interface CopyCalls {
  readonly rememberCopy: { args: [sha256: string, json: string, option: KeepOption]; answer: undefined };
  /**
   * Returns the JSON that {@link rememberCopy} received for a text with this hash. Returns it only if no other text was
   * copied since, and if the text was copied not long ago.
   */
  readonly lastCopy: { args: [sha256: string]; answer: string | undefined };
  /**
   * Deletes the records about results and actions that windows share: runs, found actions, and the text that was copied
   * last.
   */
  readonly forgetShared: { args: []; answer: undefined };
}

type Handlers = {
  readonly [Method in keyof CopyCalls]: (...args: CopyCalls[Method]['args']) => CopyCalls[Method]['answer'];
};

/** Creates the handlers for the text that was copied last, and for deleting the records that windows share. */
export function createCopyHandlers(records: SharedRecords): Handlers {
  return {
    rememberCopy: (sha256, json, option) => {
      records.putCopy({ sha256, json, copiedAt: Date.now() }, option);
      return undefined;
    },
    lastCopy: (sha256) => {
      const last = records.lastCopy(Date.now());
      return last?.sha256 === sha256 ? last.json : undefined;
    },
    forgetShared: () => {
      records.forget();
      return undefined;
    },
  };
}
