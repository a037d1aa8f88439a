/** A line of Markdown outside code blocks, or a whole fenced code block. */
export type NoteBlock =
  | { readonly kind: 'line'; readonly line: number; readonly text: string }
  | { readonly kind: 'fence'; readonly line: number; readonly info: string; readonly text: string };

interface OpenFence {
  readonly line: number;
  readonly mark: string;
  readonly length: number;
  readonly quotes: number;
  readonly indent: number;
  readonly info: string;
  readonly content: string[];
}

/** Block quotes and list marks before the text of a line. */
const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*/u;

/**
 * Reads a Markdown text line by line and gathers its fenced code blocks, also in lists and block quotes. Not all of
 * CommonMark: enough to never take the inside of a fence for the note itself.
 *
 * @returns lines without the marks of their containers
 */
export function readBlocks(markdown: string): NoteBlock[] {
  return read(markdown).blocks;
}

/** Whether what follows a text of a note, on the same line, stands inside a fenced code block. */
export function endsInFence(markdown: string): boolean {
  return read(markdown).endsInFence;
}

function read(markdown: string): { readonly blocks: NoteBlock[]; readonly endsInFence: boolean } {
  const blocks: NoteBlock[] = [];
  let open: OpenFence | undefined;
  const close = (): void => {
    if (open !== undefined)
      blocks.push({ kind: 'fence', line: open.line, info: open.info, text: open.content.join('\n') });
    open = undefined;
  };
  for (const [line, whole] of markdown.split(/\r\n|\r|\n/u).entries()) {
    if (open !== undefined) {
      const inside = insideOf(whole, open);
      if (inside !== undefined) {
        if (closes(inside, open)) close();
        else open.content.push(inside);
        continue;
      }
      // The block quote around it has ended, and the fence with it.
      close();
    }
    const before = CONTAINERS.exec(whole)?.[0] ?? '';
    const text = whole.slice(before.length);
    const fence = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/u.exec(text);
    if (fence === null) {
      blocks.push({ kind: 'line', line, text });
      continue;
    }
    const marks = fence[1] ?? fence[3] ?? '';
    const quotes = before.split('>').length - 1;
    open = {
      line,
      mark: marks.charAt(0),
      length: marks.length,
      quotes,
      indent: before.slice(before.lastIndexOf('>') + 1).length,
      info: (fence[2] ?? fence[4] ?? '').trim(),
      content: [],
    };
  }
  const endsOpen = open !== undefined;
  close();
  return { blocks, endsInFence: endsOpen };
}

/** A line of a fence without the block quotes around it, and with no more indentation taken off than the fence has. */
function insideOf(line: string, { quotes, indent }: OpenFence): string | undefined {
  let rest = line;
  for (let left = quotes; left > 0; left--) {
    const quote = /^[ \t]*>/u.exec(rest);
    if (quote === null) return undefined;
    rest = rest.slice(quote[0].length);
  }
  let taken = 0;
  while (taken < indent && (rest.charAt(taken) === ' ' || rest.charAt(taken) === '\t')) taken++;
  return rest.slice(taken);
}

function closes(inside: string, { mark, length }: OpenFence): boolean {
  const run = /^ {0,3}(`+|~+)[ \t]*$/u.exec(inside)?.[1];
  return run !== undefined && run.startsWith(mark) && run.length >= length;
}
