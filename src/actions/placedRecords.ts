import type { MachineAction } from '../defender/schema.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { isWithin, MOST_BEFORE_MS } from './auditMatches.ts';
import type { AuditMatches, LoadedTime } from './auditMatches.ts';

/** Largest number of records that a list shows as rows. Nobody reads more; a page of the portal is shorter. */
export const MOST_ROWS = 2000;

/** Records of an audit trail and their places in a list of actions. */
export interface PlacedRecords {
  readonly matches: AuditMatches;
  /** Records without an action, newest first. Each is a row of its own between the actions. */
  readonly rows: readonly AuditRecord[];
  /** Records of an action, by its ID, oldest first. */
  readonly ofAction: ReadonlyMap<string, readonly AuditRecord[]>;
  /** IDs of the actions that have no record. */
  readonly lacking: ReadonlySet<string>;
  /**
   * Records without a place in the list, newest first: of a time that the list does not reach, without a time, of an
   * unknown shape, or more than {@link MOST_ROWS} in the list or of one action.
   */
  readonly rest: readonly AuditRecord[];
}

/**
 * Finds the place of each record in a list. A record stands in no list that lacks actions of its time: between its
 * neighbours there, actions would be missing that nobody sees.
 *
 * @param listed - the actions of the list
 * @param whole - the times of which the list has all actions
 */
export function placeRecords(
  records: readonly AuditRecord[],
  matches: AuditMatches,
  listed: readonly MachineAction[],
  whole: readonly LoadedTime[],
): PlacedRecords {
  const ids = new Set(listed.map(({ id }) => id));
  const rows: AuditRecord[] = [];
  const ofAction = new Map<string, AuditRecord[]>();
  const rest: AuditRecord[] = [];
  for (const record of records.toSorted((one, other) => (other.at ?? 0) - (one.at ?? 0))) {
    const { at, deviceId, kind } = record;
    const action = matches.actionOf.get(record);
    // Before the end of what is loaded, a record's action may be the next one that is not.
    const isReached = at !== undefined && isWithin(whole, { from: at - MOST_BEFORE_MS[kind], to: at, deviceId });
    if (action === undefined) {
      const isRow = isReached && kind !== 'other' && rows.length < MOST_ROWS;
      (isRow ? rows : rest).push(record);
    } else if (ids.has(action.id)) {
      const own = ofAction.get(action.id) ?? [];
      if (own.length === 0) ofAction.set(action.id, own);
      if (own.length < MOST_ROWS) own.push(record);
      else rest.push(record);
    } else if (!isReached) {
      // A filter hides the actions that a list lacks of a time that it reaches, and their records with them.
      rest.push(record);
    }
  }
  for (const own of ofAction.values()) own.reverse();
  return { matches, rows, ofAction, lacking: new Set(matches.withoutRecord.map(({ id }) => id)), rest };
}

/** Whether two placements lead to the same rows. */
export function hasSameRows(one: PlacedRecords | undefined, other: PlacedRecords | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const { notLoaded } = one.matches;
  return (
    one.rows.length === other.rows.length &&
    one.rows.every((row, at) => row === other.rows[at] && notLoaded.has(row) === other.matches.notLoaded.has(row)) &&
    one.lacking.size === other.lacking.size &&
    [...one.lacking].every((id) => other.lacking.has(id)) &&
    one.ofAction.size === other.ofAction.size &&
    [...one.ofAction].every(([id, own]) => {
      const others = other.ofAction.get(id) ?? [];
      return own.length === others.length && own.every((record, at) => record === others[at]);
    })
  );
}
