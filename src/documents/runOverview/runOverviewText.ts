import { env, l10n } from 'vscode';
import { normaliseSteps } from '../../evidence/compare/normalise.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { exitWords } from '../../messages/exitWords.ts';
import { formatBytes, formatDuration, formatUtc } from '../../messages/format.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import {
  callsWords,
  hostsWords,
  linesWords,
  orderEndWords,
  orderWords,
  ruleWords,
  spentWords,
  whyNoResult,
} from '../../messages/runWords.ts';
import type { ComparisonRules } from '../../runs/runComparison.ts';
import { thrown } from '../../runs/runFailures.ts';
import { byName, sortHosts } from '../../runs/hostOrder.ts';
import type { HostOrder } from '../../runs/hostOrder.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { RunComparison } from '../../evidence/compare/runGroups.ts';
import { countRows, devicesToAsk, hasResult } from '../../runs/runRows.ts';
import type { RowState, RunRow } from '../../runs/runRows.ts';
import { timesOf } from '../../runs/runs.ts';
import { LinkedText } from '../linkedText.ts';
import type { RowSource } from '../rowSources.ts';

export interface OverviewParts {
  readonly record: RunRecord;
  /** Whether this window is fetching the run. */
  readonly isActive: boolean;
  readonly rows: readonly RunRow[];
  readonly comparison: RunComparison;
  readonly rules: ComparisonRules;
  readonly order: HostOrder;
  /** Estimated time for the remaining calls, in milliseconds; undefined if this run is not being fetched. */
  readonly eta: number | undefined;
}

export type OverviewText = LinkedText<RowSource>;

/**
 * Largest number of host names on one line. No one reads all names of a large group, and the list of all hosts names
 * each host.
 */
const MOST_NAMES = 12;
const LONGEST_NAME = 32;
/** Number of hosts that a link names. A link of thousands of names would be as long as the overview. */
const MOST_LINKED = 300;
/** Number of digits of a hash that are shown: enough to compare at a glance. Exports contain the complete hash. */
const HASH_DIGITS = 16;
/** States of hosts whose results may still be fetched. */
const MAY_COME: ReadonlySet<RowState> = new Set(['notFetched', 'failed', 'pending', 'running']);

/**
 * Builds the overview of a run: rare lines and groups first, then missing results with their reasons, then a row for
 * each host.
 */
export function buildOverview(parts: OverviewParts): OverviewText {
  const text: OverviewText = new LinkedText();
  const width = Math.min(LONGEST_NAME, Math.max(4, ...parts.rows.map(({ member }) => member.host.length)));
  addHead(text, parts);
  addRareLines(text, parts, width);
  addGroups(text, parts);
  addWithoutResult(text, parts, width);
  addAll(text, parts, width);
  return text;
}

function addHead(text: OverviewText, { record, isActive, rows, rules, eta }: OverviewParts): void {
  const { words } = record.run;
  const { first, last } = timesOf(record.run);
  text
    .remote(words.script)
    .add(` ${l10n.t('on {0}', hostsWords(rows.length))} · ${formatUtc(first)} – ${formatUtc(last)}`)
    .end();
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
  text.add(summary(rows)).end();
  // A record is written a moment after its last result.
  const isDone = record.state === 'running' && rows.length > 0 && rows.every(({ state }) => state !== 'notFetched');
  const isComplete = rows.length > 0 && rows.every(({ state }) => !MAY_COME.has(state));
  const hasAll = rows.every(({ state }) => state === 'result' || state === 'large');
  text.add(stateWords(isDone ? { ...record, state: 'ended' } : record, eta, { isComplete, hasAll })).add('  ');
  if (isActive && record.state === 'paused') text.link(l10n.t('Resume'), commandIds.resumeRun).add(' · ');
  else if (isActive) text.link(l10n.t('Pause'), commandIds.pauseRun).add(' · ');
  if (isActive) text.link(l10n.t('Cancel'), commandIds.cancelRun).add(' · ');
  else if (!isComplete) text.link(l10n.t('Fetch Missing…'), commandIds.fetchRun).add(' · ');
  text.link(l10n.t('Open as Table'), commandIds.openAsTable, { run: record.run.key }).add(' · ');
  text.link(l10n.t('Export…'), commandIds.exportRunCsv).add(' · ');
  text.link(l10n.t('Hand Over…'), commandIds.handOver).end();
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

function addRareLines(text: OverviewText, { record, rows, comparison, rules }: OverviewParts, width: number): void {
  const { rareLines, moreRareLines, uncounted } = comparison;
  const compared = rows.filter(hasResult).length;
  text
    .add(
      rules.most === 1
        ? l10n.t('RARE LINES (on only 1 host, of {0})', compared)
        : l10n.t('RARE LINES (on {0} hosts or fewer, of {1})', rules.most, compared),
    )
    .end();
  if (compared === 1) {
    text
      .add(`  ${l10n.t('There is only one result, so there is nothing to compare it with.')}`)
      .end()
      .end();
    return;
  }
  if (rareLines.length === 0)
    text.add(`  ${compared === 0 ? l10n.t('No result to compare yet.') : l10n.t('None.')}`).end();
  for (const line of rareLines) {
    text.add('  ');
    for (const [at, { member, line: number }] of line.places.entries()) {
      const row = rows[member];
      if (row === undefined) continue;
      if (at > 0) text.add(', ');
      addHost(text, row, line.places.length === 1 ? width : 0, line.stream, number);
    }
    const [first] = line.places;
    const where =
      line.stream === 'output' ? l10n.t('line {0}', first?.line ?? 0) : l10n.t('errors, line {0}', first?.line ?? 0);
    text.add('  ');
    // The table names the columns of the line. It holds outputs only.
    if (line.stream === 'errors') text.add(where);
    else {
      const hosts = line.places
        .filter((place) => place.line === first?.line)
        .flatMap(({ member }) => hostOf(rows[member]));
      text.link(where, commandIds.openAsTable, { run: record.run.key, hosts, line: first?.line });
    }
    text
      .add(' '.repeat(Math.max(1, 10 - where.length)))
      .remote(line.text)
      .end();
  }
  if (moreRareLines > 0) text.add(`  ${l10n.t('… and {0} more such lines.', moreRareLines)}`).end();
  if (uncounted.length > 0) {
    const names = uncounted.flatMap((member) => rows[member]?.member.host ?? []).slice(0, MOST_NAMES);
    text.add(`  ${l10n.t('Too many different lines: not all were looked at of {0}:', hostsWords(uncounted.length))} `);
    text.remote(names.join(', ')).end();
  }
  text.end();
}

function hostOf(row: RunRow | undefined): string[] {
  return row === undefined ? [] : [row.member.host];
}

function addGroups(text: OverviewText, { record, rows, comparison }: OverviewParts): void {
  text.add(l10n.t('GROUPS OF EQUAL RESULTS ({0})', comparison.groups.length)).end();
  const sizes = comparison.groups.map(({ members }) => hostsWords(members.length));
  const width = sizes.reduce((widest, { length }) => Math.max(widest, length), 0);
  for (const [at, { members }] of comparison.groups.entries()) {
    const [first] = members;
    const row = first === undefined ? undefined : rows[first];
    if (row?.facts === undefined) continue;
    text.add(`  ${sizes[at]?.padEnd(width) ?? ''}  ${exitWords(row.facts)}  `);
    // The link is placed before the names, because the names may extend beyond the right edge of the editor.
    const { tenantId: tenant, actionId, commandIndex } = row.ref;
    const target = { tenant, actionId, commandIndex, other: 'normalised' };
    text.link(l10n.t('Show What Was Normalized'), commandIds.compareResult, target);
    if (members.length <= MOST_LINKED) {
      const hosts = members.flatMap((one) => hostOf(rows[one]));
      text.add(' · ').link(l10n.t('Table'), commandIds.openAsTable, { run: record.run.key, hosts });
    }
    text.add('  ');
    const named = byName(members.flatMap((member) => rows[member] ?? [])).slice(0, MOST_NAMES);
    for (const [place, one] of named.entries()) {
      if (place > 0) text.add(', ');
      addHost(text, one, 0);
    }
    if (members.length > MOST_NAMES) text.add(` ${l10n.t('… and {0} more', members.length - MOST_NAMES)}`);
    // A quotation of the line names the whole group.
    for (const one of byName(members.flatMap((member) => rows[member] ?? [])).slice(MOST_NAMES)) addSource(text, one);
    text.end();
  }
  text.end();
}

/** Lists the hosts without a result. Hosts with the same reason stand together below it. */
function addWithoutResult(text: OverviewText, { record, rows }: OverviewParts, width: number): void {
  const without = byName(rows.filter((row) => !hasResult(row) && row.state !== 'notFetched'));
  const { key: run } = record.run;
  text.add(l10n.t('NO RESULT TO READ ({0})', without.length));
  const asked = devicesToAsk(without).length;
  if (asked > 0) {
    text.add('  ').link(l10n.t('Ask About Devices'), commandIds.explainEmpty, { run, ask: true });
    text.add(` (${callsWords(asked)})`);
  }
  if (without.length > 0)
    text.add(asked > 0 ? ' · ' : '  ').link(l10n.t('Copy Device IDs…'), commandIds.copyDeviceIds, { run });
  text.end();
  const byReason = new Map<string, RunRow[]>();
  for (const row of without) {
    const why = whyNoResult(row);
    const same = byReason.get(why);
    if (same === undefined) byReason.set(why, [row]);
    else same.push(row);
  }
  for (const [why, same] of byReason) {
    if (same.length > 1)
      text
        .add(`  ${hostsWords(same.length)}: `)
        .remote(why)
        .end();
    for (const row of same) {
      text.add(same.length > 1 ? '    ' : '  ');
      addHost(text, row, same.length > 1 ? 0 : width);
      if (same.length === 1) text.add('  ').remote(why);
      text.end();
    }
  }
  text.end();
}

function addAll(text: OverviewText, { rows, comparison, order }: OverviewParts, width: number): void {
  const sizes = new Map<RunRow | undefined, number>();
  for (const { members } of comparison.groups) for (const member of members) sizes.set(rows[member], members.length);
  text.add(`${l10n.t('ALL HOSTS ({0}), {1}', rows.length, orderWords(order))}  `);
  text.link(l10n.t('Sort…'), commandIds.changeRunRules, { order: true }).end();
  for (const row of sortHosts(rows, order, (one) => sizes.get(one))) {
    text.add('  ');
    addHost(text, row, width);
    const { facts } = row;
    if (facts === undefined) text.add('  ').remote(whyNoResult(row)).end();
    else {
      const equal = sizes.get(row);
      const parts = [
        exitWords(facts),
        formatBytes(facts.size),
        ...(facts.transcript === undefined ? [] : [linesWords(facts.transcript.output.lines)]),
        ...(equal === undefined ? [] : [equalWords(equal)]),
        `SHA-256 ${facts.sha256.slice(0, HASH_DIGITS)}…`,
      ];
      text.add(`  ${parts.join(' · ')}`).end();
    }
  }
}

/** Returns how many other hosts have the same result as one of a group of `size` hosts. */
function equalWords(size: number): string {
  if (size === 1) return l10n.t('unique');
  return size === 2 ? l10n.t('same as 1 other') : l10n.t('same as {0} others', size - 1);
}

/** Records a row as a source of the current line. */
function addSource(text: OverviewText, row: RunRow, stream?: 'output' | 'errors', line?: number): void {
  const isReadable = row.facts?.transcript !== undefined;
  text.source({
    ref: row.ref,
    stream: stream ?? (row.state === 'unreadable' ? 'raw' : 'output'),
    line,
    isStatus: !isReadable && row.state !== 'unreadable',
  });
}

/** Adds a host. The name is a link if the host's result is stored; otherwise the name is plain text. */
function addHost(text: OverviewText, row: RunRow, width: number, stream?: 'output' | 'errors', line?: number): void {
  addSource(text, row, stream, line);
  const { host } = row.member;
  const name = host.length > LONGEST_NAME ? `${host.slice(0, LONGEST_NAME - 1)}…` : host;
  if (row.facts === undefined) text.remote(name);
  else {
    const { tenantId: tenant, actionId, commandIndex } = row.ref;
    const raw = row.state === 'unreadable' ? { stream: 'raw' } : {};
    text.link(name, commandIds.openResult, { tenant, actionId, commandIndex, ...raw, ...(stream && { stream, line }) });
  }
  text.add(' '.repeat(Math.max(0, width - name.length)));
}

function summary(rows: readonly RunRow[]): string {
  const { results, toFetch, without } = countRows(rows);
  const [fetched, open] = [count(results), count(toFetch)];
  return results === 1
    ? l10n.t('1 result · {0} not fetched yet · {1} without a result to read', open, without)
    : l10n.t('{0} results · {1} not fetched yet · {2} without a result to read', fetched, open, without);
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
