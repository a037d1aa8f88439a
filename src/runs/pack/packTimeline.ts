import { parseServerTime } from '../../base/serverTime.ts';
import { findCommand } from '../../model/machineAction.ts';
import type { Run } from '../../model/run.ts';
import type { RunRow } from '../runRows.ts';

/** An event of a timeline, with the fields that Timesketch requires: `message`, `datetime`, `timestamp_desc`. */
export interface TimelineEvent extends Readonly<Record<string, string | number>> {
  readonly message: string;
  /** ISO 8601 with an offset. */
  readonly datetime: string;
  readonly timestamp_desc: string;
}

/**
 * Returns what is certain about the times of a run, oldest first: when sessions were created, when commands started and
 * ended (by the service's clock), and when results were fetched (by this machine's clock). Times inside outputs are not
 * guessed.
 */
export function toTimeline(run: Pick<Run, 'words'>, rows: readonly RunRow[]): readonly TimelineEvent[] {
  const { script } = run.words;
  const events = rows.flatMap(({ member, facts, ref }) => {
    const command = facts === undefined ? undefined : findCommand(facts.action, ref.commandIndex);
    const at = (time: number | undefined, what: string, message: string): TimelineEvent[] => {
      if (time === undefined) return [];
      return [
        {
          message: `${message}: ${script} on ${member.device}`,
          datetime: new Date(time).toISOString().replace('Z', '+00:00'),
          timestamp_desc: what,
          data_type: 'defender:live_response',
          computer_name: member.device,
          action_id: ref.actionId,
          command_index: ref.commandIndex,
          ...(member.machineId === null ? {} : { machine_id: member.machineId }),
          ...(facts === undefined ? {} : { sha256: facts.sha256 }),
        },
      ];
    };
    return [
      ...at(serverTime(member.createdAt), 'Session Created', 'Live response session created'),
      ...at(serverTime(command?.startTime), 'Command Started', 'Command started'),
      ...at(serverTime(command?.endTime), 'Command Ended', 'Command ended'),
      ...at(facts?.fetchedAt, 'Result Fetched (local clock)', 'Result fetched'),
    ];
  });
  return events.toSorted((one, other) => (one.datetime < other.datetime ? -1 : one.datetime > other.datetime ? 1 : 0));
}

function serverTime(time: string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : parseServerTime(time);
}
