import { readBlocks } from '../evidence/blocks/noteBlocks.ts';

/** Insertion into a note. */
export interface NoteInsertion {
  /** Line number, from 0. The text is inserted at the end of this line. */
  readonly line: number;
  readonly character: number;
  readonly text: string;
  /** False if the note no longer contains the requested heading. The text is then inserted at the end of the note. */
  readonly headingFound: boolean;
}

/** Returns the headings of a note, with their `#` marks. Lines in code are not headings. */
export function findHeadings(markdown: string): { readonly line: number; readonly text: string }[] {
  const lines = markdown.split(/\r\n|\r|\n/u);
  return readBlocks(markdown).flatMap((block) => {
    const text = (lines[block.line] ?? '').trimEnd();
    return block.kind === 'heading' && /^#{1,6} +\S/u.test(text) ? [{ line: block.line, text }] : [];
  });
}

/**
 * Returns the place at which a block is appended: after the last non-empty line of the note, or of a heading's section.
 * Nothing else in the note changes. The inserted text includes the necessary empty lines.
 */
export function placeAtEnd(markdown: string, block: string, heading: string | undefined): NoteInsertion {
  const lines = markdown.split(/\r\n|\r|\n/u);
  const headings = findHeadings(markdown);
  const at = headings.findIndex(({ text }) => text === heading);
  const found = headings[at];
  const next =
    found === undefined ? undefined : headings.slice(at + 1).find(({ text }) => levelOf(text) <= levelOf(found.text));
  const end = next?.line ?? lines.length;
  let line = end - 1;
  while (line > 0 && (lines[line] ?? '').trim() === '') line--;
  const last = lines[line] ?? '';
  const ahead = last.trim() === '' ? '' : '\n\n';
  const behind = line + 1 === end ? '\n' : '';
  return {
    line,
    character: last.length,
    text: ahead + block.trimEnd() + behind,
    headingFound: heading === undefined || found !== undefined,
  };
}

function levelOf(heading: string): number {
  return heading.length - heading.replace(/^#+/u, '').length;
}
