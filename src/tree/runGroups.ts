import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../defender/serverTime.ts';
import { parameterOf, runScripts } from '../results/commands.ts';

/** Actions of one run are no further from the next one than this, ms. */
const GAP_MS = 3_600_000;

/** What tells one run's actions from others: scripts with their arguments, and the comment. */
export function runKey(action: MachineAction): string {
  const scripts = runScripts(action).map((command) => [
    parameterOf(command, 'ScriptName') ?? '',
    parameterOf(command, 'Args') ?? '',
  ]);
  return JSON.stringify([scripts, action.requestorComment ?? '']);
}

/**
 * Actions of the same scripts, arguments and comment, each within an hour of its neighbour. Those that run no script
 * are alone.
 * @param actions - newest first
 * @returns by each action's id its run: the id of the run's oldest action, which newer ones do not change
 */
export function groupRuns(actions: readonly MachineAction[]): ReadonlyMap<string, string> {
  const runs = new Map<string, string>();
  const last = new Map<string, { readonly run: string; readonly at: number }>();
  for (const action of actions.toReversed()) {
    const key = runScripts(action).length === 0 ? action.id : runKey(action);
    const at = parseServerTime(action.creationDateTimeUtc) ?? 0;
    const before = last.get(key);
    const run = before !== undefined && at - before.at <= GAP_MS ? before.run : action.id;
    last.set(key, { run, at });
    runs.set(action.id, run);
  }
  return runs;
}
