import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../evidence/uri.ts';
import type { ActionStore } from '../results/actionStore.ts';
import type { StoredFacts } from '../results/storedResult.ts';

/** What the tree shows: one connection's actions, and what is stored of their results. */
export interface TreeSource {
  /** Part of every row's id: another connection's rows are other rows. */
  readonly connectionName: string;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  readonly actions: ActionStore;
  readonly stored: (ref: ResultRef) => StoredFacts | undefined;
  /** Which of the loaded actions are wanted; all without it. */
  readonly isWanted?: (action: MachineAction) => boolean;
}
