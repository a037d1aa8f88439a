import { commands, env, l10n } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { deviceOf, hostOf } from '../../model/machineAction.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { formatBytes } from '../../messages/format.ts';
import { notify } from '../../platform/show/notifications.ts';
import { oneLine } from '../../platform/remoteText.ts';
import { normalisedView } from '../../base/textView.ts';
import { describeView } from '../../evidence/views/viewWords.ts';
import { searchViewId } from '../../platform/viewIds.ts';
import type { OneSidedLines } from '../../evidence/compare/oneSided.ts';
import type { ResultHits } from '../../worker/searchCalls.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';

/** Largest result whose lines are compared, in lines and in UTF-16 units. All different lines are in memory at once. */
const MOST_LINES = 250_000;
const MOST_UNITS = 16 * 1024 * 1024;

/**
 * Lists the lines that only one of two results contains, by the rules of comparisons. The list is in the view of search
 * hits: a line opens where it stands, and is quoted from there.
 *
 * @throws LiveResponseError `textTooLarge` if a result is stored in pieces; `analysisStopped`
 */
export async function listOneSided(
  { runOverviews, search, store }: Pick<Services, 'runOverviews' | 'search' | 'store'>,
  runner: CommandRunner,
  sides: readonly [StoredFacts, StoredFacts],
): Promise<void> {
  const tooLarge = sides.find(({ transcript }) => !isListable(transcript));
  if (tooLarge !== undefined) {
    const sentence = l10n.t(
      'The result of {0} has more than {1} lines or {2}: too much for this list. Compare the texts side by side.',
      hostOf(tooLarge.action),
      MOST_LINES.toLocaleString(env.language),
      formatBytes(MOST_UNITS),
    );
    void notify('information', sentence);
    return;
  }
  const { rules } = runOverviews.rules;
  const named = sides.map(({ ref, action }) => ({ ref, names: [...new Set([hostOf(action), deviceOf(action)])] }));
  const found = await runner.run(l10n.t('Comparing results'), async ({ signal }) => {
    const [one, other] = named;
    const lines = one && other && (await store.analysis.oneSided([one, other], rules, signal));
    if (lines === undefined) throw new LiveResponseError('textTooLarge');
    return lines;
  });
  if (found === undefined) return;
  const [one, other] = sides.map(({ action }) => oneLine(hostOf(action)));
  const hits = sides.flatMap((facts, at) => hitsOf(facts, found[at]));
  const title = l10n.t('Only on one side: {0} ↔ {1}, {2}', one ?? '', other ?? '', describeView(normalisedView(rules)));
  search.list(title, hits, sides.length);
  await commands.executeCommand(`${searchViewId}.focus`);
}

/** Whether the lines of a result can be compared in memory. */
function isListable(transcript: StoredFacts['transcript']): boolean {
  const texts = transcript === undefined ? [] : [transcript.output, transcript.errors];
  const sum = (of: 'lines' | 'length'): number => texts.reduce((total, text) => total + text[of], 0);
  return texts.length > 0 && sum('lines') <= MOST_LINES && sum('length') <= MOST_UNITS;
}

/** Returns the lines of one side in the form of hits; an empty list if it has none. The complete line is the match. */
function hitsOf({ ref, name, fetchedAt, sha256 }: StoredFacts, side: OneSidedLines | undefined): ResultHits[] {
  if (side === undefined || side.lines.length === 0) return [];
  const hits = side.lines.map((line) => ({ ...line, length: line.text.trimEnd().length, at: 0 }));
  return [{ ref, name, fetchedAt, sha256, hits, more: side.more, givenUp: undefined }];
}
