import { buildCitationLine, buildCompactBlock, buildFullBlock, buildTable } from '../evidence/evidenceBlock.ts';
import type { Evidence } from '../evidence/evidenceBlock.ts';
import { endsInFence } from '../evidence/fences.ts';
import { buildIndicatorNote } from '../evidence/indicatorNote.ts';
import { buildPlainBlock } from '../evidence/plainBlock.ts';
import type { NoteForm } from '../platform/config.ts';
import { placeNote } from './placeNote.ts';

/** Several quotations, one below the other. Blocks and tables end with a line end, a citation alone does not. */
function buildNote(form: NoteForm, evidence: readonly Evidence[]): string {
  switch (form) {
    case 'compactBlock':
      return evidence.map(({ source, quotation }) => buildCompactBlock(source, quotation)).join('\n');
    case 'fullBlock':
      return evidence.map(({ source, quotation }) => buildFullBlock(source, quotation)).join('\n');
    case 'citation': {
      const lines = evidence.map(({ source, quotation }) => buildCitationLine(source, quotation));
      // Lines of one paragraph would run into each other.
      return lines.length === 1 ? lines.join('') : lines.map((line) => `- ${line}\n`).join('');
    }
    case 'tableRow':
      return buildTable(evidence);
  }
}

/** The same with all facts, for places that know no Markdown. @param scheme - of the editor that the links open */
function buildPlainNote(evidence: readonly Evidence[], scheme: string): string {
  return evidence.map(({ source, quotation }) => buildPlainBlock(source, quotation, 'full', scheme)).join('\n');
}

/** Everything that writes Markdown. This file is the way into the bundle that holds it: see src/lazy.ts. */
export const noteTexts = {
  buildIndicatorNote,
  buildNote,
  buildPlainNote,
  endsInFence,
  placeNote,
} as const;

export type NoteTexts = typeof noteTexts;
