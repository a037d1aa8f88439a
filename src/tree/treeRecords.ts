import type { AuditTrail } from '../actions/auditTrail.ts';
import { hasSameRows } from '../actions/placedRecords.ts';
import type { PlacedRecords } from '../actions/placedRecords.ts';
import { toRecordTest } from '../actions/recordFilter.ts';
import type { ShownActions } from '../connections/shownActions.ts';
import type { ActionTree } from './actionTree.ts';

interface RecordParts {
  readonly actions: Pick<ShownActions, 'filter' | 'shown'>;
  readonly auditTrail: Pick<AuditTrail, 'placed' | 'onDidChange'>;
}

/** Returns the records of the audit trail for the list that is shown, without those that the filter hides. */
export function findRecords({ actions, auditTrail }: RecordParts): PlacedRecords | undefined {
  const { placed } = auditTrail;
  return placed && { ...placed, rows: placed.rows.filter(toRecordTest(actions.filter, actions.shown?.now ?? 0)) };
}

/** Shows the records of an audit trail in the tree when one is opened, matched again or closed. */
export function followRecords(tree: ActionTree, parts: RecordParts): { readonly dispose: () => void } {
  return parts.auditTrail.onDidChange(() => {
    const { source } = tree;
    const records = findRecords(parts);
    if (source !== undefined && !hasSameRows(source.records, records)) tree.show({ ...source, records });
  });
}
