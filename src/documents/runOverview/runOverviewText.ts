import { l10n } from 'vscode';
import { commandIds } from '../../platform/commandIds.ts';
import { exitWords } from '../../messages/exitWords.ts';
import { hostsWords } from '../../messages/runWords.ts';
import { byName } from '../../runs/hostOrder.ts';
import { hasResult } from '../../runs/runRows.ts';
import type { RunRow } from '../../runs/runRows.ts';
import { LinkedText } from '../linkedText.ts';
import { addHead } from './overviewHead.ts';
import { addAll, addHost, addSource, addWithoutResult, LONGEST_NAME } from './overviewHosts.ts';
import type { OverviewParts, OverviewText } from './overviewParts.ts';

/**
 * Largest number of host names on one line. No one reads all names of a large group, and the list of all hosts names
 * each host.
 */
const MOST_NAMES = 12;
/** Number of hosts that a link names. A link of thousands of names would be as long as the overview. */
const MOST_LINKED = 300;

/**
 * Builds the overview of a run: rare lines and groups first, then missing results with their reasons, then a row for
 * each host.
 */
export function buildOverview(parts: OverviewParts): OverviewText {
  const text: OverviewText = new LinkedText();
  const width = Math.min(LONGEST_NAME, Math.max(4, ...parts.rows.map(({ member }) => member.host.length)));
  addHead(text, parts);
  // Outputs of different scripts differ in every line.
  if (parts.record.run.filter === undefined) {
    addRareLines(text, parts, width);
    addGroups(text, parts);
  }
  addWithoutResult(text, parts, width);
  addAll(text, parts, width);
  return text;
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
