import type { ResultRef } from '../../base/resultUri.ts';
import { orderTime } from '../../base/serverTime.ts';
import type { MachineAction } from '../../defender/schema.ts';
import { findCommand } from '../../model/machineAction.ts';
import type { Run, RunMember, RunWords } from '../../model/run.ts';
import { memberKey } from '../runFailures.ts';
import { toMember, wordsOf } from '../runs.ts';

/** Key of a run of chosen results. No other run has it. */
export const HANDED = 'handed over';

/** Name of results of different scripts. Texts of a pack are English. */
const SEVERAL = 'several scripts';

/**
 * Returns results that somebody chose as a run, so that they are handed over like one. They are in the order in which
 * their sessions were created, and each stands in it once, however they were chosen: the same results give the same pack.
 *
 * @param actionOf - returns an action that is loaded. Results of others are left out
 */
export function handedRun(
  tenant: Run['tenant'],
  refs: readonly Pick<ResultRef, 'actionId' | 'commandIndex'>[],
  actionOf: (actionId: string) => MachineAction | undefined,
): Run {
  const words: RunWords[] = [];
  const members = new Map<string, RunMember>();
  for (const { actionId, commandIndex } of refs) {
    const action = actionOf(actionId);
    const command = action === undefined ? undefined : findCommand(action, commandIndex);
    if (action === undefined || command === undefined) continue;
    const own = wordsOf(action, command);
    words.push(own);
    const member = { ...toMember(action, command), ...own };
    members.set(memberKey(member), member);
  }
  const common = (key: keyof RunWords, other: string): string => {
    const [first = '', ...others] = new Set(words.map((one) => one[key]));
    return others.length === 0 ? first : other;
  };
  return {
    key: HANDED,
    words: { script: common('script', SEVERAL), args: common('args', ''), comment: common('comment', '') },
    tenant,
    members: [...members.values()].sort(
      (one, other) =>
        orderTime(one.createdAt) - orderTime(other.createdAt) ||
        one.commandIndex - other.commandIndex ||
        (one.actionId < other.actionId ? -1 : 1),
    ),
  };
}
