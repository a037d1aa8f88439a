import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';

/** The last copy from one of our documents, in any window: see `CopyTable` in storage/copyTable.ts. */
export interface CopyCalls {
  readonly rememberCopy: { args: [sha256: string, json: string, option: KeepOption]; answer: undefined };
  /**
   * The JSON that {@link rememberCopy} received for a text with this hash, if it was the last copy and not long ago.
   */
  readonly lastCopy: { args: [sha256: string]; answer: string | undefined };
  /** Deletes from the disk what windows share about results and actions: runs, found actions, the last copy. */
  readonly forgetShared: { args: []; answer: undefined };
}

type Handlers = {
  readonly [Method in keyof CopyCalls]: (...args: CopyCalls[Method]['args']) => CopyCalls[Method]['answer'];
};

/** Creates the handlers of the last copy, and of deleting what windows share. */
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
