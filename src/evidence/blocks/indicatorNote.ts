import { textAt } from '../../base/atIndex.ts';
import type { TableCell } from 'mdast';
import { toCsv } from '../export/csv.ts';
import { defangWritten } from '../indicators/defangIndicator.ts';
import { buildCitationLine, toCell, write } from './evidenceBlock.ts';
import type { Evidence } from './evidenceBlock.ts';
import { indicatorText } from '../indicators/indicatorText.ts';
import type { IndicatorForm, SourcedIndicator } from '../indicators/indicatorText.ts';
import type { IndicatorKind } from '../indicators/kinds.ts';
import { buildPlainCitation } from './plainBlock.ts';
import { makeNameVisible } from '../text/visible.ts';

/** Words for the kinds of indicators. Always English, like all text that we write into notes and files. */
const KIND_WORDS: Readonly<Record<IndicatorKind, string>> = {
  url: 'URL',
  domain: 'Domain',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  email: 'E-mail',
  sha512: 'SHA-512',
  sha256: 'SHA-256',
  sha1: 'SHA-1',
  md5: 'MD5',
  path: 'File path',
  registry: 'Registry key',
};

/**
 * Writes indicators with their sources. Ends with a line end.
 *
 * @param results - the results with the indicators, each with its searched part. An indicator's `source` is an index in
 * this list.
 */
export function buildIndicatorNote(
  form: IndicatorForm,
  rows: readonly SourcedIndicator[],
  results: readonly Evidence[],
  defanged: boolean,
): string {
  const named = results.map((result, at) => withDefanged(result, defanged ? countDefanged(rows, at) : 0));
  switch (form) {
    case 'table':
      return buildTable(rows, named, defanged);
    case 'csv':
      return buildCsv(rows, named, defanged);
    case 'list': {
      const sources = named.map(({ source, quotation }) => `# Source: ${buildPlainCitation(source, quotation)}`);
      return [...sources, ...rows.map((row) => indicatorText(row, defanged))].map((line) => `${line}\n`).join('');
    }
  }
}

function countDefanged(rows: readonly SourcedIndicator[], result: number): number {
  return rows.filter(({ kind, value, source }) => source === result && defangWritten(kind, value) !== value).length;
}

/**
 * Removes the quoted text, because a note of indicators cites only the searched place. Adds the number of defanged
 * indicators.
 */
function withDefanged({ source, quotation }: Evidence, count: number): Evidence {
  const changes = count === 0 ? [] : [{ kind: 'defanged' as const, count }];
  return { source, quotation: { ...quotation, text: '', changes } };
}

function buildTable(rows: readonly SourcedIndicator[], results: readonly Evidence[], defanged: boolean): string {
  const several = results.length > 1;
  const header = ['Type', 'Indicator', 'Count', 'First line', ...(several ? ['Device'] : [])];
  const cells = rows.map((row) => [
    typeOf(row),
    { value: indicatorText(row, defanged) },
    row.count.toString(),
    row.firstLine.toString(),
    ...(several ? [{ value: deviceOf(results[row.source]) }] : []),
  ]);
  const toRow = (children: readonly TableCell[]) => ({ type: 'tableRow' as const, children: [...children] });
  const table = write({
    type: 'table',
    children: [
      toRow(header.map((value) => ({ type: 'tableCell', children: [{ type: 'text', value }] }))),
      // The cells contain no link. When the note is read back, a row with a link would count as a quotation.
      ...cells.map((row) => toRow(row.map((part) => ({ type: 'tableCell', children: toCell([part], '') })))),
    ],
  });
  const citations = results.map(({ source, quotation }) => buildCitationLine(source, quotation));
  return `${table}\n${citations.map((line) => `${several ? '- ' : ''}${line}\n`).join('')}`;
}

function buildCsv(rows: readonly SourcedIndicator[], results: readonly Evidence[], defanged: boolean): string {
  const header = ['Type', 'Indicator', 'Count', 'First line', 'Device', 'Source'];
  const citations = results.map(({ source, quotation }) => buildPlainCitation(source, quotation));
  return toCsv(
    header,
    rows.map((row) => [
      typeOf(row),
      indicatorText(row, defanged),
      row.count,
      row.firstLine,
      deviceOf(results[row.source]),
      textAt(citations, row.source),
    ]),
  );
}

/** Names the kind of an indicator. Adds a remark if the output already contained the indicator defanged. */
function typeOf({ kind, isDefanged }: SourcedIndicator): string {
  return isDefanged === true ? `${KIND_WORDS[kind]}, defanged in the output` : KIND_WORDS[kind];
}

function deviceOf(result: Evidence | undefined): string {
  return makeNameVisible(result?.source.device ?? result?.source.machineId ?? '').text || '–';
}
