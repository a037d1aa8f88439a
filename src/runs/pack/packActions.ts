import { resultKey } from '../../base/resultUri.ts';
import type { LiveResponseCommand, MachineAction } from '../../defender/schema.ts';
import { UNKNOWN_ACTION } from '../../model/machineAction.ts';
import type { Run } from '../../model/run.ts';
import type { PackRow } from './read/packRow.ts';

/** Longest reason that is kept, in UTF-16 units. */
const LONGEST_WHY = 3000;

/** Actions of a pack, and why commands have no result. */
export interface PackActions {
  readonly actions: readonly MachineAction[];
  /** By `resultKey`. */
  readonly whys: ReadonlyMap<string, string>;
}

/**
 * Returns the actions of a pack. Of a result, the whole action is known; of a row without one, what the index says.
 *
 * @param tenant - the identity of the pack
 * @param known - the actions of the pack's results
 */
export function packActions(
  tenant: Run['tenant'],
  rows: readonly PackRow[],
  known: readonly MachineAction[],
): PackActions {
  const actions = new Map(known.map((action) => [action.id, action]));
  const missing = new Map<string, { readonly first: PackRow; readonly commands: Map<number, LiveResponseCommand> }>();
  const whys = new Map<string, string>();
  for (const row of rows) {
    if (row.file !== undefined) continue;
    const { actionId, commandIndex, why = '' } = row;
    whys.set(resultKey({ ...tenant, actionId, commandIndex }), why.slice(0, LONGEST_WHY));
    const own = missing.get(actionId) ?? { first: row, commands: new Map<number, LiveResponseCommand>() };
    missing.set(actionId, own);
    own.commands.set(commandIndex, own.commands.get(commandIndex) ?? commandOf(row));
  }
  for (const [actionId, { first, commands }] of missing) {
    const action = actions.get(actionId) ?? actionOf(first);
    const named = new Set(action.commands.map(({ index }) => index));
    const others = [...commands.values()].filter(({ index }) => !named.has(index));
    actions.set(actionId, { ...action, commands: [...action.commands, ...others] });
  }
  return { actions: [...actions.values()], whys };
}

function actionOf({ actionId, device, machineId, actionStatus, comment, createdUtc }: PackRow): MachineAction {
  return {
    ...UNKNOWN_ACTION,
    id: actionId,
    requestorComment: comment ?? null,
    status: actionStatus ?? '',
    machineId: machineId ?? null,
    computerDnsName: device === machineId ? null : device,
    creationDateTimeUtc: createdUtc ?? '',
  };
}

function commandOf({ commandIndex, commandStatus, script, arguments: args }: PackRow): LiveResponseCommand {
  const params = [
    { key: 'ScriptName', value: script ?? '' },
    ...(args === undefined || args === '' ? [] : [{ key: 'Args', value: args }]),
  ];
  return {
    index: commandIndex,
    startTime: null,
    endTime: null,
    commandStatus: commandStatus ?? '',
    errors: [],
    command: { type: 'RunScript', params },
  };
}
