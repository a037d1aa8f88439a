import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';

/** Returns actions newest first, those of the same moment by their ids. */
export function newestFirst(actions: readonly MachineAction[]): MachineAction[] {
  return actions
    .map((action) => ({ action, created: createdAt(action) }))
    .sort((one, other) => other.created - one.created || (one.action.id < other.action.id ? -1 : 1))
    .map(({ action }) => action);
}

/** Whether an answer is newer than the known action and differs from it. Answers can overtake each other. */
export function isNewer(action: MachineAction, known: MachineAction): boolean {
  return (updatedAt(action) ?? Infinity) >= (updatedAt(known) ?? 0) && JSON.stringify(known) !== JSON.stringify(action);
}

/**
 * Returns when an action was created, ms since 1970; Infinity where that time is missing, because such an action says
 * nothing about how far back a list is loaded.
 */
export function placeAt(action: MachineAction): number {
  return parseServerTime(action.creationDateTimeUtc) ?? Infinity;
}

/** Returns when an action was created, ms since 1970; its last update where that time is missing. */
function createdAt(action: MachineAction): number {
  return parseServerTime(action.creationDateTimeUtc) ?? updatedAt(action) ?? 0;
}

/** Returns when an action was last updated, ms since 1970. */
function updatedAt(action: MachineAction): number | undefined {
  return parseServerTime(action.lastUpdateDateTimeUtc);
}
