import { buildCitationLine, buildCompactBlock, buildFullBlock, buildTable } from './evidenceBlock.ts';
import type { Evidence } from './evidenceBlock.ts';
import { buildPlainBlock } from './plainBlock.ts';

/** Kinds of evidence in a Markdown note. */
export type MarkdownForm = 'compactBlock' | 'fullBlock' | 'citation' | 'tableRow';

/** A kind of evidence: Markdown, or plain text with links that open the editor of `scheme`. */
export type BuiltForm = { readonly kind: MarkdownForm } | { readonly kind: 'plainBlock'; readonly scheme: string };

/** Builds several quotations, one below the other. Ends with a line end, unless it is a single citation. */
export function buildEvidence(form: BuiltForm, evidence: readonly Evidence[]): string {
  switch (form.kind) {
    case 'compactBlock':
      return evidence.map((one) => blockOf(one, buildCompactBlock)).join('\n');
    case 'fullBlock':
      return evidence.map((one) => blockOf(one, buildFullBlock)).join('\n');
    case 'plainBlock':
      return evidence
        .map(({ source, quotation }) => buildPlainBlock(source, quotation, 'full', form.scheme))
        .join('\n');
    case 'citation': {
      const lines = evidence.map(({ source, quotation }) => buildCitationLine(source, quotation));
      // Markdown would join the lines of a paragraph into one.
      return lines.length === 1 ? lines.join('') : lines.map((line) => `- ${line}\n`).join('');
    }
    case 'tableRow':
      return buildTable(evidence);
  }
}

/** Builds a block. A complete result without a quotation is cited: an empty block would look like an empty output. */
function blockOf({ source, quotation }: Evidence, build: typeof buildCompactBlock): string {
  return quotation.spans.length === 0 ? `- ${buildCitationLine(source, quotation)}\n` : build(source, quotation);
}
