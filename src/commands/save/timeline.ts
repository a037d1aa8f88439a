import type { Uri } from 'vscode';
import type { RecordedResult } from '../../case/record/recordLine.ts';
import { toNdjsonRow } from '../../evidence/export/exportText.ts';
import type { ExportTally } from '../../evidence/export/exportText.ts';
import { sortEvents } from '../../evidence/references/timelineEvent.ts';
import type { TimelineEvent } from '../../evidence/references/timelineEvent.ts';
import type { Services } from '../../services/services.ts';
import { writeRows } from './writeRows.ts';
import type { WrittenRows } from './writeRows.ts';

/**
 * Returns what the record of the open case says as events; nothing without a case.
 *
 * @param isWanted - which results are wanted; without it, all steps are
 * @param except - steps that are left out
 * @throws LiveResponseError `fileFailed`
 */
export async function recordedSteps(
  { activeCase }: Pick<Services, 'activeCase'>,
  isWanted?: (result: RecordedResult) => boolean,
  except: readonly string[] = [],
): Promise<readonly TimelineEvent[]> {
  const { current } = activeCase;
  if (current === undefined) return [];
  await activeCase.settle();
  const { readRecord, recordTimeline } = await activeCase.tools();
  return recordTimeline(await readRecord(current.folder), isWanted, except);
}

/** Writes events as JSONL for Timesketch, oldest first. @throws LiveResponseError `fileFailed` */
export function writeTimeline(uri: Uri, events: readonly TimelineEvent[], tally: ExportTally): Promise<WrittenRows> {
  return writeRows(uri, inOrder(events), async (rows, append) => {
    for await (const row of rows) await append(new TextEncoder().encode(toNdjsonRow(row, tally)));
  });
}

async function* inOrder(events: readonly TimelineEvent[]): AsyncGenerator<TimelineEvent> {
  yield* await Promise.resolve(sortEvents(events));
}
