import { backTo, sortEvents, toDatetime } from '../../evidence/references/timelineEvent.ts';
import type { TimelineEvent } from '../../evidence/references/timelineEvent.ts';
import type { ReadFile } from './recordFiles.ts';
import { writerOf } from './recordLine.ts';
import type { RecordedResult, RecordLine } from './recordLine.ts';

/** Words of the recorded steps. Evidence stays English. A step of a newer version keeps its own name. */
const WORDS: Readonly<Record<string, string>> = {
  begun: 'Record Begun',
  torn: 'Torn Line Found',
  anchored: 'Record Anchored',
  closed: 'Case Closed',
  fetched: 'Result Fetched',
  opened: 'Result Opened from a File',
  quoted: 'Result Quoted',
  exported: 'Exported',
  verified: 'Verified',
  packed: 'Pack Written',
  cleared: 'Result Cleared',
  damaged: 'Result Found Damaged',
};

/**
 * Returns the steps of a record as events, oldest first, one for each result that a step names. All times are those of
 * the recording machines: `server_offset_seconds` says by how much that clock was ahead of the service's, where it was
 * known.
 *
 * @param isWanted - whether a step on a result is wanted; steps without one are left out if this is given
 * @param except - steps that are left out
 */
export function recordTimeline(
  files: readonly Pick<ReadFile, 'name' | 'lines'>[],
  isWanted?: (result: RecordedResult) => boolean,
  except: readonly string[] = [],
): readonly TimelineEvent[] {
  const steps = files.flatMap(({ name, lines }) =>
    lines.flatMap(({ line }): Step[] =>
      line === undefined || except.includes(line.what) ? [] : [{ line, writer: writerOf(name) ?? '' }],
    ),
  );
  return sortEvents(
    steps.flatMap((step): TimelineEvent[] => {
      const { results = [] } = step.line;
      if (results.length === 0) return isWanted === undefined ? [toEvent(step)] : [];
      return results.filter((result) => isWanted?.(result) ?? true).map((result) => toEvent(step, result));
    }),
  );
}

/** A step, with the writer whose file holds it: a line can name anybody. */
interface Step {
  readonly line: RecordLine;
  readonly writer: string;
}

function toEvent({ writer, line }: Step, result?: RecordedResult): TimelineEvent {
  const words = Object.hasOwn(WORDS, line.what) ? (WORDS[line.what] ?? line.what) : line.what;
  const spans = (result?.lines ?? []).map(([firstLine, lastLine]) => ({ firstLine, lastLine }));
  const place = spans.map(({ firstLine, lastLine }) => `${firstLine}–${lastLine}`).join(', ');
  const about = [
    ...(result === undefined ? [] : [`${result.actionId}#${result.commandIndex}`]),
    ...(place === '' ? [] : [`lines ${place}`]),
    ...(typeof line.note === 'string' ? [`in ${line.note}`] : []),
    ...(typeof line.file?.name === 'string' ? [line.file.name] : []),
  ];
  return {
    message: about.length === 0 ? words : `${words}: ${about.join(' ')}`,
    datetime: toDatetime(Date.parse(line.at)),
    timestamp_desc: `${words} (local clock)`,
    data_type: 'live_response:record',
    user: writer,
    tool: line.tool,
    ...(line.clock === undefined ? {} : { server_offset_seconds: line.clock.offset }),
    ...(line.file === undefined ? {} : { file_sha256: line.file.sha256 }),
    ...(line.seal === undefined ? {} : { seal: line.seal }),
    ...(line.head === undefined ? {} : { head: line.head }),
    ...(result === undefined ? {} : backTo(result, spans)),
  };
}
