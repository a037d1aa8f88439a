import { readBlocks } from '../evidence/blocks/noteBlocks.ts';

/** An insertion into a note. */
export interface NoteInsertion {
  /** From 0; the end of this line is where the text goes. */
  readonly line: number;
  readonly character: number;
  readonly text: string;
  /** False when the heading that was asked for is not in the note any more: the text then goes to its end. */
  readonly headingFound: boolean;
}

/** The headings of a note, with their marks. What stands in code is none. */
export function findHeadings(markdown: string): { readonly line: number; readonly text: string }[] {
  const lines = markdown.split(/\r\n|\r|\n/u);
  return readBlocks(markdown).flatMap((block) => {
    const text = (lines[block.line] ?? '').trimEnd();
    return block.kind === 'heading' && /^#{1,6} +\S/u.test(text) ? [{ line: block.line, text }] : [];
  });
}

/**
 * Where a block is appended: behind the last line that is not empty, of the note or of a heading's section, so that
 * nothing of the note is changed. The text brings the empty lines it needs.
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
