import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import type { StoredFacts } from '../model/storedResult.ts';

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
