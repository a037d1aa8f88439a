import type { MachineAction } from '../defender/schema.ts';
import { orderTime } from '../base/serverTime.ts';
import { findCommand, parameterOf, resultOf } from '../model/machineAction.ts';

/** A result that can be compared with another result. */
export interface Sibling {
  readonly action: MachineAction;
  readonly commandIndex: number;
}

/**
 * Finds results of the same script: on other hosts, or from other runs on the same host. Results with the same
 * arguments come first. Within each group, results that were created at about the same time come first.
 */
export function findSiblings(
  of: Sibling,
  actions: Iterable<MachineAction>,
  where: 'otherHosts' | 'otherRuns',
): readonly Sibling[] {
  const command = findCommand(of.action, of.commandIndex);
  const script = command === undefined ? undefined : parameterOf(command, 'ScriptName');
  if (command === undefined || script === undefined) return [];
  const given = parameterOf(command, 'Args');
  const createdAt = orderTime(of.action.creationDateTimeUtc);
  const found: (Sibling & { readonly distance: number })[] = [];
  for (const action of actions) {
    const isSameHost = action.machineId === of.action.machineId;
    if (isSameHost !== (where === 'otherRuns')) continue;
    for (const one of action.commands) {
      if (action.id === of.action.id && one.index === of.commandIndex) continue;
      if (parameterOf(one, 'ScriptName') !== script || resultOf(action, one) !== 'transcript') continue;
      const apart = Math.abs(orderTime(action.creationDateTimeUtc) - createdAt);
      const distance = apart + (parameterOf(one, 'Args') === given ? 0 : Number.MAX_SAFE_INTEGER / 2);
      found.push({ action, commandIndex: one.index, distance });
    }
  }
  return found.sort((one, other) => one.distance - other.distance);
}
