import type { ResultRef } from '../../base/resultUri.ts';
import type { ResultMarks } from '../../case/marks/mergeMarks.ts';
import type { RunComparison } from '../../evidence/compare/runGroups.ts';
import type { OrderOwner, RunRecord } from '../../model/runRecord.ts';
import type { HostOrder } from '../../runs/hostOrder.ts';
import type { ComparisonRules } from '../../runs/runComparison.ts';
import type { RunRow } from '../../runs/runRows.ts';
import type { LinkedText } from '../linkedText.ts';
import type { RowSource } from '../rowSources.ts';

/** Facts that the overview of a run shows. */
export interface OverviewParts {
  readonly record: RunRecord;
  /** Whether this window is fetching the run. */
  readonly isActive: boolean;
  readonly rows: readonly RunRow[];
  readonly comparison: RunComparison;
  readonly rules: ComparisonRules;
  readonly order: HostOrder;
  /** Whether a managed setting allows packs. */
  readonly mayHandOver: boolean;
  /** This window and its account, to compare with those that gave an order. */
  readonly owner: OrderOwner;
  /** Marks of a result in the open case; undefined without a case. */
  readonly marksOf: ((ref: ResultRef) => ResultMarks) | undefined;
  /** Estimated time for the remaining calls, in milliseconds; undefined if this run is not being fetched. */
  readonly eta: number | undefined;
}

export type OverviewText = LinkedText<RowSource>;
