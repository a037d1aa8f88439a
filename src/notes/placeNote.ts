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
 * it would otherwise join. Table rows are added to the table above the position.
 *
 * @param built - output of `buildEvidence` in this format
 */
export function placeNote(form: NoteForm, built: string, place: Place): string {
  // A pipe would begin another cell.
  if (form === 'citation') return isInRow(place) ? inRow(built, '') : built;
  if (form === 'tableRow' && joinsTable(place)) {
    const rows = built.trimEnd().split('\n').slice(2).join('\n');
    return isTableLine(place.before) ? `\n${rows}` : `${rows}\n`;
  }
  return placeBlock(built, place);
}

/**
 * Returns the text to insert for lines of a page: a line about the run, the evidence, and a list of commands without a
 * result. Rows that join a table above leave out the line about the run.
 */
export function placePage(
  form: NoteForm,
  { built, head, tail }: { readonly built: string; readonly head: string; readonly tail: string },
  place: Place,
): string {
  if (isInRow(place) && form === 'citation') return inRow(built, tail);
  const isLine = form === 'citation' || (form === 'tableRow' && joinsTable(place));
  if (tail === '' && (isLine || head === '')) return placeNote(form, built, place);
  const isList = form === 'citation';
  const evidence = isList && built !== '' && !built.startsWith('- ') ? `- ${built}\n` : built;
  const gap = evidence === '' || tail === '' || isList ? '' : '\n';
  return placeBlock(`${head}${evidence}${gap}${tail}`, place);
}

/** Joins citations and states on one line, for a cell of a table. A pipe would begin another cell. */
function inRow(built: string, tail: string): string {
  const lines = `${built}\n${tail}`.split('\n').map((line) => line.replace(/^- /u, ''));
  return lines
    .filter((line) => line !== '')
    .join('; ')
    .replaceAll(/(?<!\\)\|/gu, '\\|');
}

/** Whether the place is inside a row of a table, so that only a text of one line leaves the row whole. */
export function isInRow({ before, after }: Place): boolean {
  return isTableLine(before) && after.trim() !== '';
}

/** Whether the place is at the end of a table's row, or on the line below. */
function joinsTable({ lineAbove, before, after }: Place): boolean {
  return isTableLine(before) ? after.trim() === '' : before === '' && isTableLine(lineAbove);
}

function placeBlock(block: string, { lineAbove, before, after }: Place): string {
  const [, marker, blanks = ''] = LIST_ITEM.exec(before) ?? [];
  // A block belongs to a list item if it is indented as the item's text. Otherwise it would end the list.
  if (marker !== undefined) {
    // Behind more than four blanks Markdown reads code, and the item's text begins behind one blank.
    const isCode = blanks.length > 4;
    const column = marker.length + (isCode ? 1 : blanks.length);
    const indented = indent(block, ' '.repeat(column));
    const isAtText = !isCode && before.length === column;
    return `${isAtText ? indented.trimStart() : `\n\n${indented}`}${after.trim() === '' ? '' : `\n${' '.repeat(column)}`}`;
  }
  const standsAlone = before === '' && (lineAbove ?? '').trim() === '';
  // Blanks before the block would indent it, and Markdown would read four blanks as the beginning of code.
  const isBlank = before.trim() === '';
  const ahead = standsAlone ? '' : isBlank ? '\n' : '\n\n';
  return `${ahead}${block}${after.trim() === '' ? '' : '\n'}`;
}

const LIST_ITEM = /^( {0,12}(?:[-*+]|\d{1,9}[.)]))( {1,20})/u;

/** Indents every line of a block that is not empty. */
function indent(block: string, blanks: string): string {
  return block
    .split('\n')
    .map((line) => (line === '' ? line : `${blanks}${line}`))
    .join('\n');
}

function isTableLine(line: string | undefined): boolean {
  return line?.trimStart().startsWith('|') === true;
}
