import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';

/** Returns actions newest first. Actions with the same time are sorted by their ids. */
export function newestFirst(actions: readonly MachineAction[]): MachineAction[] {
  return actions
    .map((action) => ({ action, created: createdAt(action) }))
    .sort((one, other) => other.created - one.created || (one.action.id < other.action.id ? -1 : 1))
    .map(({ action }) => action);
}

/**
 * Whether an action from an answer is newer than the known action and differs from it. This is checked because an older
 * answer can arrive after a newer answer.
 */
export function isNewer(action: MachineAction, known: MachineAction): boolean {
  return (updatedAt(action) ?? Infinity) >= (updatedAt(known) ?? 0) && JSON.stringify(known) !== JSON.stringify(action);
}

/**
 * Returns the time when an action was created, ms since 1970. Returns Infinity if the time is missing, because such an
 * action does not show how far back a list is loaded.
 */
export function placeAt(action: MachineAction): number {
  return parseServerTime(action.creationDateTimeUtc) ?? Infinity;
}

/**
 * Returns the time when an action was created, ms since 1970. If it is missing, returns the time of its last update.
 */
function createdAt(action: MachineAction): number {
  return parseServerTime(action.creationDateTimeUtc) ?? updatedAt(action) ?? 0;
}

/** Returns the time when an action was last updated, ms since 1970, or undefined if it is missing. */
function updatedAt(action: MachineAction): number | undefined {
  return parseServerTime(action.lastUpdateDateTimeUtc);
}
