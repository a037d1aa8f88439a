import { buildCitation, buildOutsideAddress } from './citation.ts';
import { describeEvidence } from './evidenceParts.ts';
import type { Part } from './evidenceParts.ts';
import type { EvidenceSource } from './evidenceSource.ts';
import type { Quotation } from '../text/quotation.ts';
import { fewestNeeded } from './fenceLength.ts';

/**
 * Builds the evidence block for places without Markdown, such as tickets: title, quoted lines, source and link. The
 * quoted lines are between two lines of dashes. No quoted line equals this line of dashes. A full block adds a line for
 * each fact. Ends with a line end.
 *
 * @param scheme - URI scheme of the editor that the link opens, because tickets do not open links with our own scheme
 */
export function buildPlainBlock(
  source: EvidenceSource,
  quotation: Quotation,
  detail: 'compact' | 'full',
  scheme?: string,
): string {
  const parts = describeEvidence(source, quotation, detail);
  const { text, spans } = quotation;
  const fence = '-'.repeat(Math.max(5, fewestNeeded(text, '-')));
  const lines = [
    toText(parts.title),
    fence,
    ...(text === '' ? [] : [text]),
    fence,
    `Source: ${toText(parts.source)}`,
    `Link: ${buildOutsideAddress({ address: source.address, spans }, scheme)}`,
    ...parts.fields.map(({ label, parts: held }) => `${label}: ${toText(held)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Builds one line that names the source, with its link and hash. Does not add a line end. */
export function buildPlainCitation(source: EvidenceSource, quotation: Quotation): string {
  const { title, source: said } = describeEvidence(source, quotation);
  const link = buildCitation({ address: source.address, spans: quotation.spans });
  return `${toText([...title, ' · ', ...said])} · ${link}`;
}

function toText(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'value' in part ? part.value : part.link;
    })
    .join('');
}
