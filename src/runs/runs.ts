import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { orderTime } from '../base/serverTime.ts';
import type { Run, RunMember, RunWords } from '../model/run.ts';
import { deviceOf, hostOf, parameterOf, resultOf, runScripts, subjectOf } from '../model/machineAction.ts';

/**
 * Pause after which a run has ended, ms. A person who runs a script on many devices starts the actions one after the
 * other, ten a minute at most. Actions with the same script, arguments and comment after a longer pause are another
 * run.
 */
export const RUN_PAUSE_MS = 30 * 60_000;

/** Groups the commands of the same run. Returns the newest run first. */
export function findRuns(actions: readonly MachineAction[], tenant: Run['tenant']): Run[] {
  const alike = new Map<string, { words: RunWords; all: { member: RunMember; created: number }[] }>();
  for (const action of actions) {
    const created = orderTime(action.creationDateTimeUtc);
    for (const command of runScripts(action)) {
      const words = wordsOf(action, command);
      const key = JSON.stringify(words);
      const found = alike.get(key) ?? { words, all: [] };
      alike.set(key, found);
      found.all.push({ member: toMember(action, command), created });
    }
  }
  const runs = [...alike.values()].flatMap(({ words, all }) => {
    all.sort((one, other) => one.created - other.created || (one.member.actionId < other.member.actionId ? -1 : 1));
    const parts: [(typeof all)[number], ...typeof all][] = [];
    for (const [at, one] of all.entries()) {
      const before = all[at - 1];
      const current = parts.at(-1);
      if (current === undefined || before === undefined || one.created - before.created > RUN_PAUSE_MS)
        parts.push([one]);
      else current.push(one);
    }
    return parts.map((part) =>
      toRun(
        words,
        tenant,
        part[0].member,
        part.map(({ member }) => member),
      ),
    );
  });
  return runs.sort((one, other) => lastOf(other) - lastOf(one));
}

/** Returns the run to which a command belongs. */
export function runOf(runs: readonly Run[], actionId: string, commandIndex?: number): Run | undefined {
  return runs.find(({ members }) =>
    members.some(
      (member) => member.actionId === actionId && (commandIndex === undefined || member.commandIndex === commandIndex),
    ),
  );
}

/**
 * Returns the run of the first script of each action, by the action's id. Lists use it, because they contain each
 * action once. Actions without a run are left out.
 */
export function firstRuns(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const found = new Map<string, { readonly run: Run; readonly commandIndex: number }>();
  for (const run of runs) {
    for (const { actionId, commandIndex } of run.members) {
      const known = found.get(actionId);
      if (known === undefined || commandIndex < known.commandIndex) found.set(actionId, { run, commandIndex });
    }
  }
  return new Map([...found].map(([actionId, { run }]) => [actionId, run]));
}

/**
 * Returns the time span that can contain further actions of the run, in ISO times. It includes the pause before the
 * first action and after the last action.
 */
export function spanOf(run: Run): { readonly from: string; readonly to: string } {
  const times = run.members.map(({ createdAt }) => orderTime(createdAt));
  return {
    from: new Date(Math.min(...times) - RUN_PAUSE_MS).toISOString(),
    to: new Date(Math.max(...times) + RUN_PAUSE_MS).toISOString(),
  };
}

/** Returns the times at which the first and the last action of a run were created, ms since 1970. */
export function timesOf(run: Run): { readonly first: number; readonly last: number } {
  return { first: orderTime(run.members[0]?.createdAt), last: lastOf(run) };
}

/** Returns the words by which a command belongs to a run. */
export function wordsOf(action: MachineAction, command: LiveResponseCommand): RunWords {
  return {
    script: subjectOf(command),
    args: parameterOf(command, 'Args') ?? '',
    comment: action.requestorComment ?? '',
  };
}

function toRun(words: RunWords, tenant: Run['tenant'], first: RunMember, members: readonly RunMember[]): Run {
  const key = `${tenant.cloud}|${tenant.tenantId}|${first.actionId}|${first.commandIndex}`;
  return { key, words, tenant, members };
}

/** Returns the command of an action as a member of a run. */
export function toMember(action: MachineAction, command: LiveResponseCommand): RunMember {
  return {
    actionId: action.id,
    commandIndex: command.index,
    machineId: action.machineId,
    device: deviceOf(action),
    host: hostOf(action),
    createdAt: action.creationDateTimeUtc,
    actionStatus: action.status,
    commandStatus: command.commandStatus,
    commandErrors: command.errors ?? [],
    result: resultOf(action, command),
  };
}

function lastOf(run: Run): number {
  return orderTime(run.members.at(-1)?.createdAt);
}

/** Returns the run with the current state of its commands, which may have changed. */
export function renewRun(run: Run, known: (actionId: string) => MachineAction | undefined): Run {
  const members = run.members.map((member) => {
    const action = known(member.actionId);
    const command = action?.commands.find(({ index }) => index === member.commandIndex);
    if (action === undefined || command === undefined) return member;
    return {
      ...toMember(action, command),
      ...(member.script === undefined ? {} : { script: member.script }),
      ...(member.args === undefined ? {} : { args: member.args }),
      ...(member.comment === undefined ? {} : { comment: member.comment }),
    };
  });
  return { ...run, members };
}
