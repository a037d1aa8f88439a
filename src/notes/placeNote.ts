import {
  buildCitationLine,
  buildCompactBlock,
  buildFullBlock,
  buildTable,
  buildTableRow,
} from '../evidence/evidenceBlock.ts';
import type { Evidence } from '../evidence/evidenceBlock.ts';
import type { NoteForm } from '../platform/config.ts';

/** What stands around the place in a note where something is put. */
export interface Place {
  /** The line above; undefined at the top of the note. */
  readonly lineAbove: string | undefined;
  /** The place's own line, up to it and from it on. */
  readonly before: string;
  readonly after: string;
}

/** The text to insert at a place: a block stands on lines of its own, with empty ones where it would run into others. */
export function placeNote(form: NoteForm, { source, quotation }: Evidence, place: Place): string {
  switch (form) {
    case 'compactBlock':
      return placeBlock(buildCompactBlock(source, quotation), place);
    case 'fullBlock':
      return placeBlock(buildFullBlock(source, quotation), place);
    case 'citation':
      return buildCitationLine(source, quotation);
    case 'tableRow': {
      const { lineAbove, before, after } = place;
      if (isTableLine(before) && after.trim() === '') return `\n${buildTableRow(source, quotation).trimEnd()}`;
      if (before === '' && isTableLine(lineAbove)) return buildTableRow(source, quotation);
      return placeBlock(buildTable([{ source, quotation }]), place);
    }
  }
}

function placeBlock(block: string, { lineAbove, before, after }: Place): string {
  const standsAlone = before === '' && (lineAbove ?? '').trim() === '';
  // A line of blanks alone would indent the block, and four of them make code of it.
  const isBlank = before.trim() === '';
  const ahead = standsAlone ? '' : isBlank ? '\n' : '\n\n';
  return `${ahead}${block}${after.trim() === '' ? '' : '\n'}`;
}

function isTableLine(line: string | undefined): boolean {
  return line?.trimStart().startsWith('|') === true;
}
