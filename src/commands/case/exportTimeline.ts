import path from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { throwIfCancelled } from '../../base/errors.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { ExportTally } from '../../evidence/export/exportText.ts';
import type { TimelineEvent } from '../../evidence/references/timelineEvent.ts';
import { replacedWords } from '../../messages/exportWords.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { commandEvents, RESULT_FETCHED } from '../../runs/runTimeline.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { writeTimeline } from '../save/timeline.ts';
import { tellSaved } from '../save/saveResult.ts';
import { savedRowsWords } from '../save/writeRows.ts';
import { localPath } from '../save/writeElsewhere.ts';

/** Number of results that are looked up. Whoever shares the folder can name millions. */
const MOST_RESULTS = 100_000;

type TimelineServices = Pick<Services, 'activeCase' | 'store'>;

/**
 * Writes a timeline of the case for Timesketch: every step of its record, and of each result that it names and that is
 * stored here, when its session was created and when its command started and ended.
 */
export async function exportTimeline(services: TimelineServices, runner: CommandRunner): Promise<void> {
  const folder = services.activeCase.current?.folder;
  if (folder === undefined) return;
  const title = l10n.t('Export Timeline');
  const uri = await window.showSaveDialog({
    title,
    filters: { Timesketch: ['jsonl'] },
    defaultUri: Uri.file(path.join(folder, 'timeline.jsonl')),
  });
  if (uri === undefined) return;
  await runner.run(title, async ({ signal }) => {
    await services.activeCase.settle();
    const { readRecord, recordTimeline } = await services.activeCase.tools();
    const files = await readRecord(folder);
    const events = [...recordTimeline(files)];
    const fetched = new Set<string>();
    const named = new Map<string, ResultRef>();
    for (const { line } of files.flatMap(({ lines }) => lines)) {
      for (const result of line?.results ?? []) {
        if (named.size < MOST_RESULTS) named.set(resultKey(result), result);
        if (line?.what === 'fetched') fetched.add(resultKey(result));
      }
    }
    for (const [key, ref] of named) {
      throwIfCancelled(signal);
      const facts = await services.store.facts(ref);
      if (facts !== undefined) events.push(...eventsOf(facts, fetched.has(key)));
    }
    const tally = new ExportTally();
    const written = await writeTimeline(uri, events, tally);
    services.activeCase.note({ what: 'exported', rows: written.rows }, { file: localPath(uri) });
    void tellSaved(uri, [savedRowsWords(uri, written), ...replacedWords(tally.loneSurrogates)].join(' '));
  });
}

/** Returns the events of a stored result. That it was fetched stands in the record, unless it was fetched before. */
function eventsOf(facts: StoredFacts, isFetchRecorded: boolean): readonly TimelineEvent[] {
  const { action, name, ref } = facts;
  const { device, script, createdAt } = name;
  const events = commandEvents({ ref, device, machineId: action.machineId, script, createdAt, facts });
  return isFetchRecorded ? events.filter((event) => event.timestamp_desc !== RESULT_FETCHED) : events;
}
