import type { ResultRef } from '../base/resultUri.ts';
import { parseServerTime } from '../base/serverTime.ts';
import { backTo, sortEvents, toDatetime } from '../evidence/references/timelineEvent.ts';
import type { TimelineEvent } from '../evidence/references/timelineEvent.ts';
import { findCommand } from '../model/machineAction.ts';
import { scriptOf } from '../model/run.ts';
import type { Run } from '../model/run.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { RunRow } from './runRows.ts';

/** Name of the event that a result was fetched. */
export const RESULT_FETCHED = 'Result Fetched (local clock)';

const FETCHED_AS_SAID = 'Result Fetched (as the pack says)';

/** A command of which something is certain. */
export interface TimedCommand {
  readonly ref: ResultRef;
  readonly device: string;
  readonly machineId: string | null;
  readonly script: string;
  readonly createdAt: string;
  readonly facts: StoredFacts | undefined;
}

/**
 * Returns what is certain about the times of a run, oldest first: when sessions were created, when commands started and
 * ended (by the service's clock), and when results were fetched (by this machine's clock). Times inside outputs are not
 * guessed.
 */
export function toTimeline(run: Pick<Run, 'words'>, rows: readonly RunRow[]): readonly TimelineEvent[] {
  const events = rows.flatMap(({ member, facts, ref }) =>
    commandEvents({ ...member, ref, facts, script: scriptOf(run, member) }),
  );
  return sortEvents(events);
}

/** Returns what is certain about the times of one command, as {@link toTimeline} does for a run. */
export function commandEvents({
  ref,
  device,
  machineId,
  script,
  createdAt,
  facts,
}: TimedCommand): readonly TimelineEvent[] {
  const command = facts === undefined ? undefined : findCommand(facts.action, ref.commandIndex);
  // The time is the word of the pack's author.
  const isOfPack = ref.cloud === 'pack';
  const at = (time: number | undefined, what: string, message: string): TimelineEvent[] => {
    if (time === undefined) return [];
    return [
      {
        message: `${message}: ${script} on ${device}`,
        datetime: toDatetime(time),
        timestamp_desc: what,
        data_type: 'defender:live_response',
        computer_name: device,
        ...(machineId === null ? {} : { machine_id: machineId }),
        ...backTo({ ...ref, ...(facts === undefined ? {} : { sha256: facts.sha256 }) }),
      },
    ];
  };
  return [
    ...at(serverTime(createdAt), 'Session Created', 'Live response session created'),
    ...at(serverTime(command?.startTime), 'Command Started', 'Command started'),
    ...at(serverTime(command?.endTime), 'Command Ended', 'Command ended'),
    ...at(facts?.fetchedAt, isOfPack ? FETCHED_AS_SAID : RESULT_FETCHED, 'Result fetched'),
  ];
}

function serverTime(time: string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : parseServerTime(time);
}
