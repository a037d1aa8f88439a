import { l10n } from 'vscode';
import { commandIds } from '../../platform/commandIds.ts';
import { exitWords } from '../../messages/exitWords.ts';
import { formatBytes } from '../../messages/format.ts';
import {
  callsWords,
  hostsWords,
  linesWords,
  orderWords,
  remarksWords,
  whyNoResult,
  tagsWords,
} from '../../messages/runWords.ts';
import { scriptOf } from '../../model/run.ts';
import { byName, sortHosts } from '../../runs/hostOrder.ts';
import { devicesToAsk, hasResult } from '../../runs/runRows.ts';
import type { RunRow } from '../../runs/runRows.ts';
import type { OverviewParts, OverviewText } from './overviewParts.ts';

/** Length at which the name of a host is shortened. */
export const LONGEST_NAME = 32;
/** Number of digits of a hash that are shown: enough to compare at a glance. Exports contain the complete hash. */
const HASH_DIGITS = 16;
/** Lists the hosts without a result. Hosts with the same reason stand together below it. */
export function addWithoutResult(text: OverviewText, { record, rows }: OverviewParts, width: number): void {
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

/** Lists all hosts, each with what is known of its result. */
export function addAll(text: OverviewText, parts: OverviewParts, width: number): void {
  const { record, rows, comparison, order } = parts;
  const sizes = new Map<RunRow | undefined, number>();
  for (const { members } of comparison.groups) for (const member of members) sizes.set(rows[member], members.length);
  const isByFilter = record.run.filter !== undefined;
  const heading = isByFilter
    ? l10n.t('ALL COMMANDS ({0}), {1}', rows.length, orderWords(order))
    : l10n.t('ALL HOSTS ({0}), {1}', rows.length, orderWords(order));
  text.add(`${heading}  `);
  text.link(l10n.t('Sort…'), commandIds.changeRunRules, { order: true }).end();
  for (const row of sortHosts(rows, order, (one) => sizes.get(one))) {
    text.add(`  ${boxOf(row, parts)}`);
    addHost(text, row, width);
    text.add(marksWords(row, parts));
    if (isByFilter) text.add('  ').remote(scriptOf(record.run, row.member));
    const { facts } = row;
    if (facts === undefined) text.add('  ').remote(whyNoResult(row)).end();
    else {
      const equal = sizes.get(row);
      const words = [
        exitWords(facts),
        formatBytes(facts.size),
        ...(facts.transcript === undefined ? [] : [linesWords(facts.transcript.output.lines)]),
        ...(equal === undefined ? [] : [equalWords(equal)]),
        `SHA-256 ${facts.sha256.slice(0, HASH_DIGITS)}…`,
      ];
      text.add(`  ${words.join(' · ')}`).end();
    }
  }
}

/** Returns the column of reviewed results. Without a case there is none. */
function boxOf({ ref }: RunRow, { marksOf }: OverviewParts): string {
  if (marksOf === undefined) return '';
  return marksOf(ref).isReviewed ? '[x] ' : '[ ] ';
}

/** Returns the tags and the number of remarks of a result. */
function marksWords({ ref }: RunRow, { marksOf }: OverviewParts): string {
  const { tags, remarks } = marksOf?.(ref) ?? { tags: [], remarks: [] };
  const words = [...tagsWords(tags), ...(remarks.length === 0 ? [] : [remarksWords(remarks.length)])];
  return words.length === 0 ? '' : `  ${words.join(' · ')}`;
}

/** Returns how many other hosts have the same result as one of a group of `size` hosts. */
function equalWords(size: number): string {
  if (size === 1) return l10n.t('unique');
  return size === 2 ? l10n.t('same as 1 other') : l10n.t('same as {0} others', size - 1);
}

/** Records a row as a source of the current line. */
export function addSource(text: OverviewText, row: RunRow, stream?: 'output' | 'errors', line?: number): void {
  const isReadable = row.facts?.transcript !== undefined;
  text.source({
    ref: row.ref,
    stream: stream ?? (row.state === 'unreadable' ? 'raw' : 'output'),
    line,
    isStatus: !isReadable && row.state !== 'unreadable',
  });
}

/** Adds a host. The name is a link if the host's result is stored; otherwise the name is plain text. */
export function addHost(
  text: OverviewText,
  row: RunRow,
  width: number,
  stream?: 'output' | 'errors',
  line?: number,
): void {
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
