import type { NoteForm } from '../platform/config.ts';

/** Text around the position in a note where something is inserted. */
export interface Place {
  /** The line above; undefined at the top of the note. */
  readonly lineAbove: string | undefined;
  /** The line of the position: the text before it and the text after it. */
  readonly before: string;
  readonly after: string;
}

/**
 * Returns the text to insert at a position. A block gets lines of its own, with empty lines where it would run into
 * other text. A row joins the table above it.
 *
 * @param built - output of `buildEvidence` for one quotation in this form
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
  // Blanks before the block would indent it, and four of them would turn it into code.
  const isBlank = before.trim() === '';
  const ahead = standsAlone ? '' : isBlank ? '\n' : '\n\n';
  return `${ahead}${block}${after.trim() === '' ? '' : '\n'}`;
}

function isTableLine(line: string | undefined): boolean {
  return line?.trimStart().startsWith('|') === true;
}
