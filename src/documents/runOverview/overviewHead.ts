import { env, l10n } from 'vscode';
import { normaliseSteps } from '../../evidence/compare/normalise.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { formatDuration, formatUtc } from '../../messages/format.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import { fullWords, hostsWords, orderEndWords, ownerWords, ruleWords, spentWords } from '../../messages/runWords.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import { MOST_MEMBERS } from '../../runs/filterRun.ts';
import type { ComparisonRules } from '../../runs/runComparison.ts';
import { thrown } from '../../runs/runFailures.ts';
import { countRows } from '../../runs/runRows.ts';
import type { RowState, RunRow } from '../../runs/runRows.ts';
import { timesOf } from '../../runs/runs.ts';
import type { OverviewParts, OverviewText } from './overviewParts.ts';

/** States of hosts whose results may still be fetched. */
const MAY_COME: ReadonlySet<RowState> = new Set(['notFetched', 'failed', 'pending', 'running']);

/** Adds the head of an overview: what it is about, the state of the fetch, its commands, and the rules of comparisons. */
export function addHead(text: OverviewText, parts: OverviewParts): void {
  const { record, isActive, rows, rules, owner, eta, mayHandOver } = parts;
  const { words, filter } = record.run;
  const { first, last } = timesOf(record.run);
  const span =
    filter === undefined
      ? ` ${l10n.t('on {0}', hostsWords(rows.length))} · ${formatUtc(first)} – ${formatUtc(last)}`
      : ` · ${l10n.t('results by filter, ordered {0}', formatUtc(filter.since))}`;
  text.remote(words.script).add(span).end();
  if (words.args !== '')
    text
      .add(`${l10n.t('Arguments')}: `)
      .remote(words.args)
      .end();
  if (words.comment !== '')
    text
      .add(`${l10n.t('Comment')}: `)
      .remote(words.comment)
      .end();
  text.add([summary(rows), ...reviewedWords(parts)].join(' · ')).end();
  // A record is written a moment after its last result.
  const isDone = record.state === 'running' && rows.length > 0 && rows.every(({ state }) => state !== 'notFetched');
  const isComplete = rows.length > 0 && rows.every(({ state, ref }) => !MAY_COME.has(state) || ref.cloud === 'pack');
  const hasAll = rows.every(({ state }) => state === 'result' || state === 'large');
  text.add(stateWords(isDone ? { ...record, state: 'ended' } : record, eta, { isComplete, hasAll })).add('  ');
  if (isActive && record.state === 'paused') text.link(l10n.t('Resume'), commandIds.resumeRun).add(' · ');
  else if (isActive) text.link(l10n.t('Pause'), commandIds.pauseRun).add(' · ');
  if (isActive) text.link(l10n.t('Cancel'), commandIds.cancelRun).add(' · ');
  else if (!isComplete) text.link(l10n.t('Fetch Missing…'), commandIds.fetchRun).add(' · ');
  text.link(l10n.t('Open as Table'), commandIds.openAsTable, { run: record.run.key }).add(' · ');
  text.link(l10n.t('Export…'), commandIds.exportRunCsv);
  if (mayHandOver) text.add(' · ').link(l10n.t('Hand Over…'), commandIds.handOver);
  text.end();
  const { order } = record;
  if (order !== undefined && order.end === undefined) text.add(ownerWords(order, owner)).end();
  if (filter?.isFull === true) text.add(fullWords(MOST_MEMBERS)).end();
  if (filter !== undefined) {
    text.end();
    return;
  }
  const left = rulesInUse(rules).map(ruleWords);
  text.add(`${l10n.t('Ignored: {0}.', left.join(', '))} `);
  if (rules.rules.own !== undefined) text.remote(`/${rules.rules.own}/`).add(' ');
  text.link(l10n.t('Change Rules…'), commandIds.changeRunRules);
  text.end().end();
}

/** Returns the rules that a comparison applies. */
export function rulesInUse({ rules }: ComparisonRules): (typeof normaliseSteps)[number]['rule'][] {
  return normaliseSteps
    .map(({ rule }) => rule)
    .filter((rule) => rule === 'transcriptLine' || rule === 'trailingNuls' || Boolean(rules[rule]));
}

function summary(rows: readonly RunRow[]): string {
  const { results, toFetch, without } = countRows(rows);
  const [fetched, open] = [count(results), count(toFetch)];
  return results === 1
    ? l10n.t('1 result · {0} not fetched yet · {1} without a result to read', open, without)
    : l10n.t('{0} results · {1} not fetched yet · {2} without a result to read', fetched, open, without);
}

/** Returns how many results are reviewed. It is never counted by whom. */
function reviewedWords({ rows, marksOf }: OverviewParts): string[] {
  if (marksOf === undefined) return [];
  const reviewed = rows.filter(({ ref }) => marksOf(ref).isReviewed).length;
  return [l10n.t('reviewed {0} of {1}', count(reviewed), count(rows.length))];
}

/** Returns the state of the fetch in words. */
function stateWords(
  { state, stoppedBy, order }: RunRecord,
  eta: number | undefined,
  { isComplete, hasAll }: { readonly isComplete: boolean; readonly hasAll: boolean },
): string {
  const time = eta === undefined ? '' : formatDuration(eta);
  switch (state) {
    case 'none':
      return l10n.t('Nothing is being fetched.');
    case 'waiting':
      return l10n.t('Waiting for another window that fetches this run.');
    case 'running':
      return eta === undefined ? l10n.t('Fetching was interrupted.') : l10n.t('Fetching, about {0} left.', time);
    case 'watching':
      return [l10n.t('Keeps the rest as it comes.'), ...(order === undefined ? [] : [spentWords(order)])].join(' ');
    case 'paused':
      return l10n.t('Paused.');
    case 'cancelled':
      return l10n.t('Canceled.');
    case 'ended':
      if (order?.end !== undefined && order.end !== 'allEnded') return orderEndWords(order);
      if (!isComplete) return l10n.t('Fetching has ended.');
      return hasAll ? l10n.t('All fetched.') : l10n.t('Nothing is left to fetch.');
    case 'stopped':
      return stoppedBy === undefined
        ? l10n.t('Stopped.')
        : l10n.t('Stopped: {0}', describeFailure(thrown(stoppedBy)).sentence);
  }
}

function count(value: number): string {
  return value.toLocaleString(env.language);
}
