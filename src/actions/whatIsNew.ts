import { parseServerTime } from '../base/serverTime.ts';
import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { isFinished, isSavable, resultOf } from '../model/machineAction.ts';

/** A row of the page about changes: a command, or an action without one that can have a result. */
export interface NewsRow {
  readonly action: MachineAction;
  readonly command: LiveResponseCommand | undefined;
  /** Time of the last change by the server's clock, ms since 1970; undefined if the server sent none. */
  readonly at: number | undefined;
}

/** Changes since a time, each row once, the latest first. */
export interface WhatIsNew {
  /** Failed, timed out or canceled. */
  readonly failed: readonly NewsRow[];
  /** Ended, with a result that is not stored on this machine. */
  readonly toFetch: readonly NewsRow[];
  /** Ended, with a result that is stored on this machine. */
  readonly stored: readonly NewsRow[];
  /** Investigation packages that are ready, and that this window has not saved. */
  readonly packages: readonly NewsRow[];
  /** Results that an order has stored on this machine since then, also of older actions. */
  readonly kept: readonly NewsRow[];
  /** All that have not ended, also older ones. */
  readonly open: readonly NewsRow[];
  /** All others, e.g. an isolation. */
  readonly others: readonly NewsRow[];
}

const FAILED: ReadonlySet<string> = new Set(['Failed', 'TimeOut', 'Cancelled']);

/** Functions that say what this machine has of an action. */
export interface NewsState {
  /** Whether the result of a command is stored on this machine. */
  readonly isStored: (action: MachineAction, commandIndex: number) => boolean;
  /** Whether an order has stored it since then. */
  readonly isKept: (action: MachineAction, commandIndex: number) => boolean;
  /** Whether this window has saved the package of an action. */
  readonly isSaved: (action: MachineAction) => boolean;
}

/**
 * Sorts the rows of actions by what the next shift has to do about them. An action without a time counts as changed,
 * so that nothing is hidden.
 *
 * @param since - ms since 1970, by the server's clock
 */
export function whatIsNew(
  actions: readonly MachineAction[],
  since: number,
  { isStored, isKept, isSaved }: NewsState,
): WhatIsNew {
  const news = {
    failed: [] as NewsRow[],
    toFetch: [] as NewsRow[],
    stored: [] as NewsRow[],
    packages: [] as NewsRow[],
    kept: [] as NewsRow[],
    open: [] as NewsRow[],
    others: [] as NewsRow[],
  };
  const kindOf = ({ action, command }: NewsRow): keyof WhatIsNew => {
    if (!isFinished(action)) return 'open';
    // A command can have completed before its session failed or was canceled.
    if (command?.commandStatus === 'Failed') return 'failed';
    if (FAILED.has(action.status) && command?.commandStatus !== 'Completed') return 'failed';
    if (command === undefined) return isSavable(action) && !isSaved(action) ? 'packages' : 'others';
    if (isKept(action, command.index)) return 'kept';
    if (isStored(action, command.index)) return 'stored';
    const result = resultOf(action, command);
    return result === 'transcript' || result === 'file' ? 'toFetch' : 'others';
  };
  for (const action of actions) {
    const at = parseServerTime(action.lastUpdateDateTimeUtc) ?? parseServerTime(action.creationDateTimeUtc);
    const isOld = isFinished(action) && (at ?? Infinity) < since;
    for (const command of commandsOf(action)) {
      if (isOld && !(command !== undefined && isKept(action, command.index))) continue;
      const row = { action, command, at };
      news[kindOf(row)].push(row);
    }
  }
  for (const rows of Object.values(news)) rows.sort((one, other) => (other.at ?? 0) - (one.at ?? 0));
  return news;
}

/** Returns the commands to list. A file that was put on the device is a means for the commands after it. */
function commandsOf({ commands }: MachineAction): readonly (LiveResponseCommand | undefined)[] {
  const listed = commands.filter(
    ({ command, commandStatus }) => command.type !== 'PutFile' || commandStatus === 'Failed',
  );
  if (listed.length > 0) return listed;
  return [commands[0]];
}
