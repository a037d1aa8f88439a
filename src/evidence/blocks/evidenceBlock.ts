import { textAt } from '../../base/atIndex.ts';
import type { BlockContent, Nodes, PhrasingContent, TableCell, TableRow } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import type { Options, State } from 'mdast-util-to-markdown';
import { buildCitation } from './citation.ts';
import { startsFormula } from '../export/csv.ts';
import { writeCellCode, writeCode } from './codeText.ts';
import { describeEvidence } from './evidenceParts.ts';
import type { EvidenceParts, Part } from './evidenceParts.ts';
import type { EvidenceSource } from './evidenceSource.ts';
import type { Quotation } from '../text/quotation.ts';
import { joinLines } from './readEvidence.ts';
import { fewestNeeded } from './fenceLength.ts';

/** One quotation with its source. */
export interface Evidence {
  readonly source: EvidenceSource;
  readonly quotation: Quotation;
}

const COLUMNS = ['Created (server)', 'Device', 'Script', 'Exit code', 'Quoted', 'Source'];

/** Builds a compact block: title, fence, and one line with link and hash. Ends with a line end. */
export function buildCompactBlock(source: EvidenceSource, quotation: Quotation): string {
  return compact(source, quotation, describeEvidence(source, quotation));
}

/** Builds a full block: the compact block, and a list of everything known about the source. */
export function buildFullBlock(source: EvidenceSource, quotation: Quotation): string {
  const parts = describeEvidence(source, quotation, 'full');
  const link = linkOf(source, quotation);
  const fields = parts.fields.map(({ label, parts: held }) => ({
    type: 'listItem' as const,
    spread: false,
    children: [{ type: 'paragraph' as const, children: toPhrasing([`${label}: `, ...held], link) }],
  }));
  const list: BlockContent = { type: 'list', ordered: false, spread: false, children: fields };
  return `${compact(source, quotation, parts)}\n${write({ type: 'root', children: [list] })}`;
}

/** Builds one line without the quoted text: device, script, exit code, link, hash. Does not add a line end. */
export function buildCitationLine(source: EvidenceSource, quotation: Quotation): string {
  const parts = describeEvidence(source, quotation);
  const sentence = [...parts.title, ' · ', ...parts.source];
  return write({ type: 'paragraph', children: toPhrasing(sentence, linkOf(source, quotation)) }).trimEnd();
}

/** Builds a table with a row for each quotation. The quoted lines share one cell, joined by ␊. Ends with a line end. */
export function buildTable(rows: readonly Evidence[]): string {
  const header = COLUMNS.map((title): TableCell => ({ type: 'tableCell', children: [{ type: 'text', value: title }] }));
  return write({ type: 'table', children: [{ type: 'tableRow', children: header }, ...rows.map(toRow)] });
}

/** Builds one row to add below a table of {@link buildTable}. Ends with a line end. */
export function buildTableRow(source: EvidenceSource, quotation: Quotation): string {
  return `${textAt(buildTable([{ source, quotation }]).split('\n'), 2)}\n`;
}

function compact(source: EvidenceSource, quotation: Quotation, parts: EvidenceParts): string {
  const link = linkOf(source, quotation);
  const { text } = quotation;
  // Use the mark that makes the shorter fence. A fence of back-ticks around a long line of back-ticks would make the
  // note three times as long.
  const fence = fewestNeeded(text, '~') < fewestNeeded(text, '`') ? '~' : '`';
  const children: BlockContent[] = [
    { type: 'paragraph', children: [{ type: 'strong', children: toPhrasing(parts.title, link) }] },
    { type: 'code', lang: 'text', value: text },
    { type: 'paragraph', children: toPhrasing(['Source: ', ...parts.source], link) },
  ];
  return write({ type: 'root', children }, { fence });
}

function toRow({ source, quotation }: Evidence): TableRow {
  const parts = describeEvidence(source, quotation);
  const link = linkOf(source, quotation);
  const quoted = joinLines(quotation.text);
  const lineEnds = quotation.text.split('\n').length - 1;
  const cells: (readonly Part[])[] = [
    [parts.created],
    [parts.device],
    [parts.script],
    [parts.exitCode],
    // A complete result is not quoted. An empty cell would look like an empty output.
    quoted === '' ? (quotation.spans.length === 0 ? ['–'] : []) : [{ value: quoted }],
    [...parts.source, ...(lineEnds > 0 ? [` · line ends shown as ␊ ${lineEnds}`] : [])],
  ];
  return { type: 'tableRow', children: cells.map((cell) => ({ type: 'tableCell', children: toCell(cell, link) })) };
}

/** Builds the content of a cell. An apostrophe before the quoted code prevents the cell from becoming a formula. */
export function toCell(parts: readonly Part[], link: string): PhrasingContent[] {
  const [first] = parts;
  const guarded = typeof first === 'object' && 'value' in first && startsFormula(first.value) ? ["'", ...parts] : parts;
  return toPhrasing(guarded, link);
}

function toPhrasing(parts: readonly Part[], link: string): PhrasingContent[] {
  return parts.map((part): PhrasingContent => {
    if (typeof part === 'string') return { type: 'text', value: part };
    if ('value' in part) return { type: 'inlineCode', value: part.value };
    return { type: 'link', url: link, children: [{ type: 'text', value: part.link }] };
  });
}

function linkOf({ address }: EvidenceSource, { spans }: Quotation): string {
  return buildCitation({ address, spans });
}

/** Writes Markdown in the style of all evidence blocks and citations. The text ends with a line end. */
export function write(node: Nodes, options: Options = {}): string {
  return toMarkdown(node, {
    ...options,
    bullet: '-',
    extensions: [gfmTableToMarkdown({ tablePipeAlign: false })],
    handlers: {
      inlineCode: Object.assign(
        ({ value }: Extract<PhrasingContent, { type: 'inlineCode' }>, _parent: unknown, state: State) =>
          state.stack.includes('tableCell') ? writeCellCode(value) : writeCode(value),
        { peek: () => '`' },
      ),
      // Our addresses need no escapes. With a backslash before each &, only a Markdown parser could read the link.
      link: (link: Extract<PhrasingContent, { type: 'link' }>, _parent, state, info) =>
        `[${state.containerPhrasing(link, { ...info, before: '[', after: ']' })}](${link.url})`,
    },
  });
}
