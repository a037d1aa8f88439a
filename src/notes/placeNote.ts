import type { NoteForm } from '../platform/config.ts';

/** Text around the position in a note at which evidence is inserted. */
export interface Place {
  /** Line above the position; undefined at the top of the note. */
  readonly lineAbove: string | undefined;
  /** Text before the position, and text after it, on the same line. */
  readonly before: string;
  readonly after: string;
}

/**
 * Returns the text to insert at a position. A block gets lines of its own. Empty lines separate it from other text that
 * it would otherwise join. A table row is added to the table above the position.
 *
 * @param built - output of `buildEvidence` for one quotation in this format
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
  // Blanks before the block would indent it, and Markdown would read four blanks as the beginning of code.
  const isBlank = before.trim() === '';
  const ahead = standsAlone ? '' : isBlank ? '\n' : '\n\n';
  return `${ahead}${block}${after.trim() === '' ? '' : '\n'}`;
}

function isTableLine(line: string | undefined): boolean {
  return line?.trimStart().startsWith('|') === true;
}
