import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import type { PlacedRecords } from '../actions/placedRecords.ts';
import type { ResultMarks } from '../case/marks/mergeMarks.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** Source of the tree: one connection's actions, and the stored facts of their results. */
export interface TreeSource {
  /** Name of the connection. It is part of every row's id, so that rows of different connections have different ids. */
  readonly connectionName: string;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  readonly actions: ActionStore;
  readonly stored: (ref: ResultRef) => StoredFacts | undefined;
  /** Says why a command has no result, for its tooltip. Left out where nothing explains it. */
  readonly whyNoResult?: (ref: ResultRef) => string | undefined;
  /** Whether the user is told when an action ends. Left out where nobody is. */
  readonly isWatched?: (actionId: string) => boolean;
  /** Marks of a result. Left out where there are none. */
  readonly marks?: (ref: ResultRef) => ResultMarks;
  /** Whether marks came with a pack: then rows have no check boxes, and say that they are reviewed. */
  readonly marksAreFixed?: boolean;
  /** Whether an action matches the filter. Left out when there is no filter, so that all actions are shown. */
  readonly isWanted?: (action: MachineAction) => boolean;
  /** Records of an audit trail, of which the filter hides some. Undefined while no trail is open. */
  readonly records?: PlacedRecords | undefined;
}
