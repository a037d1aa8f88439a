import type { NoteForm } from '../platform/config.ts';

/** What stands around the place in a note where something is put. */
export interface Place {
  /** The line above; undefined at the top of the note. */
  readonly lineAbove: string | undefined;
  /** The place's own line, up to it and from it on. */
  readonly before: string;
  readonly after: string;
}

/**
 * Returns the text to insert at a place: a block stands on lines of its own, with empty ones where it would run into
 * others, and a row joins the table that it is put below.
 *
 * @param built - what `buildEvidence` made of one quotation in this form
 */
export function placeNote(form: NoteForm, built: string, place: Place): string {
  if (form === 'citation') return built;
  if (form === 'tableRow') {
    const { lineAbove, before, after } = place;
    const [, , row = ''] = built.split('\n', 3);
    if (isTableLine(before) && after.trim() === '') return `\n${row}`;
    if (before === '' && isTableLine(lineAbove)) return `${row}\n`;
  }
  return placeBlock(built, place);
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
