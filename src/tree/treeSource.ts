import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** Source of the tree: one connection's actions, and the stored facts of their results. */
export interface TreeSource {
  /** Part of every row's id, so that rows of different connections are different rows. */
  readonly connectionName: string;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  readonly actions: ActionStore;
  readonly stored: (ref: ResultRef) => StoredFacts | undefined;
  /** Whether an action passes the filter; without it, all actions do. */
  readonly isWanted?: (action: MachineAction) => boolean;
}
