import { textAt } from '../../base/atIndex.ts';
import { endsHtml, findHtmlEnd } from './htmlBlocks.ts';
import type { HtmlEnd } from './htmlBlocks.ts';
import { NoteCursor } from './noteCursor.ts';

/**
 * A block of Markdown, without the marks of the lists and block quotes around it. The lines of a paragraph are joined
 * by LF. Any line that begins with a pipe counts as a table row.
 */
export type NoteBlock =
  | { readonly kind: 'paragraph' | 'heading' | 'row'; readonly line: number; readonly text: string }
  | { readonly kind: 'code'; readonly line: number; readonly text: string }
  | { readonly kind: 'html'; readonly line: number; readonly isComment: boolean }
  | { readonly kind: 'break'; readonly line: number };

/** A block quote, or a list item with the indentation of its text in columns. */
type Container =
  | { readonly kind: 'quote' }
  | { readonly kind: 'item'; readonly columns: number; readonly emptyAt: number | undefined };

interface Fence {
  readonly kind: 'fence';
  readonly line: number;
  readonly mark: string;
  readonly length: number;
  readonly indent: number;
  readonly lines: string[];
}

type Leaf =
  | Fence
  | { readonly kind: 'paragraph' | 'indented'; readonly line: number; readonly lines: string[] }
  | { readonly kind: 'html'; readonly line: number; readonly ends: HtmlEnd; readonly lines: string[] };

/** Limit for nested lists and quotes. Each line is compared with every open level, so deeper marks count as text. */
const MAX_DEPTH = 100;

/**
 * Reads the blocks of a Markdown text by CommonMark's rules, in one pass. A note may come from an attacker, and a
 * Markdown library takes seconds for 20,000 marks of block quotes in a row. Link definitions are read as paragraphs.
 */
export function readBlocks(markdown: string): NoteBlock[] {
  const lines = splitLines(markdown);
  // The last line end of a text does not begin another line.
  if (lines.at(-1) === '') lines.pop();
  const reader = read(lines);
  reader.closeLeaf();
  return reader.blocks;
}

/** Whether the start of a note ends inside a fenced code block. Text that is inserted there becomes code. */
export function endsInFence(markdown: string): boolean {
  return read(splitLines(markdown)).isInFence;
}

function splitLines(markdown: string): string[] {
  return markdown.split(/\r\n|\r|\n/u);
}

function read(lines: readonly string[]): BlockReader {
  const reader = new BlockReader();
  for (const [line, text] of lines.entries()) reader.readLine(text, line);
  return reader;
}

class BlockReader {
  readonly blocks: NoteBlock[] = [];
  readonly #containers: Container[] = [];
  #leaf: Leaf | undefined;

  get isInFence(): boolean {
    return this.#leaf?.kind === 'fence';
  }

  readLine(text: string, line: number): void {
    const cursor = new NoteCursor(text);
    const matched = this.#match(cursor, line);
    const areAllMatched = matched === this.#containers.length;
    // Only a paragraph can continue on a line without the marks of its lists and quotes.
    if (!areAllMatched && this.#leaf?.kind !== 'paragraph') this.#leave(matched);
    else if (areAllMatched && this.#continueLeaf(cursor)) return;
    this.#open(cursor, line, matched);
  }

  closeLeaf(): void {
    const leaf = this.#leaf;
    this.#leaf = undefined;
    if (leaf === undefined) return;
    const { line, lines } = leaf;
    if (leaf.kind === 'paragraph') this.blocks.push({ kind: 'paragraph', line, text: lines.join('\n') });
    else if (leaf.kind === 'html') this.blocks.push({ kind: 'html', line, isComment: isComment(lines) });
    else {
      if (leaf.kind === 'indented') lines.length = lines.findLastIndex((one) => !isBlank(one)) + 1;
      this.blocks.push({ kind: 'code', line, text: lines.join('\n') });
    }
  }

  /** Moves past the marks of the open containers. Returns the number of containers that the line continues. */
  #match(cursor: NoteCursor, line: number): number {
    for (const [at, container] of this.#containers.entries()) {
      if (container.kind === 'quote') {
        if (cursor.indent > 3 || !cursor.words.startsWith('>')) return at;
        passQuote(cursor);
      } else if (!cursor.isBlank && cursor.indent < container.columns) return at;
      else if (cursor.isBlank && container.emptyAt === line - 1) return at;
      else cursor.passBlanks(container.columns);
    }
    return this.#containers.length;
  }

  /** Adds the line to open code or HTML. Returns false if the line does not belong to it. */
  #continueLeaf(cursor: NoteCursor): boolean {
    const leaf = this.#leaf;
    switch (leaf?.kind) {
      case 'fence':
        if (closes(cursor, leaf)) {
          this.closeLeaf();
        } else {
          cursor.passBlanks(leaf.indent);
          leaf.lines.push(cursor.rest);
        }
        return true;
      case 'html':
        if (leaf.ends.length === 0 && cursor.isBlank) {
          this.closeLeaf();
          return true;
        }
        this.#addHtml(leaf, cursor.words);
        return true;
      case 'indented':
        if (!cursor.isBlank && cursor.indent < 4) {
          this.closeLeaf();
          return false;
        }
        cursor.passBlanks(4);
        leaf.lines.push(cursor.rest);
        return true;
      case 'paragraph':
      case undefined:
        return false;
    }
  }

  #addHtml(leaf: Leaf & { readonly kind: 'html' }, text: string): void {
    leaf.lines.push(text);
    if (endsHtml(text, leaf.ends)) this.closeLeaf();
  }

  /** Opens the blocks that begin on the line. `matched` is the number of open containers that the line continues. */
  #open(cursor: NoteCursor, line: number, matched: number): void {
    let kept = matched;
    while (!cursor.isBlank) {
      const isParagraphOpen = this.#leaf?.kind === 'paragraph';
      const isInParagraph = isParagraphOpen && kept === this.#containers.length;
      if (cursor.indent > 3) {
        if (isParagraphOpen) break;
        this.#leave(kept);
        cursor.passBlanks(4);
        this.#leaf = { kind: 'indented', line, lines: [cursor.rest] };
        return;
      }
      const { words, indent } = cursor;
      if (this.#openLeaf(words, { line, kept, indent, isParagraphOpen, isInParagraph })) return;
      const length = this.#containers.length < MAX_DEPTH || kept < MAX_DEPTH ? markLength(words, isInParagraph) : 0;
      if (length === 0) break;
      this.#leave(kept);
      this.#containers.push(words.startsWith('>') ? passQuote(cursor) : passItem(cursor, length, line));
      kept = this.#containers.length;
    }
    if (this.#leaf?.kind === 'paragraph' && !cursor.isBlank) {
      this.#leaf.lines.push(cursor.words);
      return;
    }
    this.#leave(kept);
    if (!cursor.isBlank) this.#leaf = { kind: 'paragraph', line, lines: [cursor.words] };
  }

  /** Opens a block that cannot contain other blocks. Returns false if no such block begins. */
  #openLeaf(
    words: string,
    at: {
      readonly line: number;
      readonly kept: number;
      readonly indent: number;
      readonly isParagraphOpen: boolean;
      readonly isInParagraph: boolean;
    },
  ): boolean {
    const { line, kept, indent, isParagraphOpen, isInParagraph } = at;
    const fence = openFence(words, line, indent);
    const ends = fence === undefined ? findHtmlEnd(words, isParagraphOpen ? 'inParagraph' : 'alone') : undefined;
    const isHeading = /^#{1,6}(?:[ \t]|$)/u.test(words);
    const isBreak = isBreakLine(words) || (isInParagraph && isUnderline(words));
    if (fence === undefined && ends === undefined && !isHeading && !isBreak && !words.startsWith('|')) return false;
    this.#leave(kept);
    if (fence !== undefined) this.#leaf = fence;
    else if (ends !== undefined) {
      const leaf = { kind: 'html' as const, line, ends, lines: [] };
      this.#leaf = leaf;
      this.#addHtml(leaf, words);
    } else if (isHeading) this.blocks.push({ kind: 'heading', line, text: words });
    else if (isBreak) this.blocks.push({ kind: 'break', line });
    else this.blocks.push({ kind: 'row', line, text: words });
    return true;
  }

  /** Closes the open leaf block and the containers that the line does not continue. */
  #leave(kept: number): void {
    this.closeLeaf();
    this.#containers.length = kept;
  }
}

function passQuote(cursor: NoteCursor): Container {
  cursor.passMark(1);
  cursor.passBlanks(1);
  return { kind: 'quote' };
}

function passItem(cursor: NoteCursor, length: number, line: number): Container {
  const before = cursor.indent + length;
  cursor.passMark(length);
  // With more than four blanks after the mark, the item begins with indented code. Only one blank belongs to the mark.
  const columns = cursor.isBlank || cursor.indent > 4 ? 1 : cursor.indent;
  const emptyAt = cursor.isBlank ? line : undefined;
  cursor.passBlanks(columns);
  return { kind: 'item', columns: before + columns, emptyAt };
}

/** Returns the length of the mark of a block quote or a list item at the start of `words`; 0 if there is no mark. */
function markLength(words: string, isInParagraph: boolean): number {
  if (words.startsWith('>')) return 1;
  const [, mark = '', number] = /^([-+*]|(\d{1,9})[.)])(?=[ \t]|$)/u.exec(words) ?? [];
  if (!isInParagraph) return mark.length;
  // A list item ends a paragraph only if it is not empty. A numbered item must also have the number 1.
  const isFirst = number === undefined || Number(number) === 1;
  return isFirst && !isBlank(words.slice(mark.length)) ? mark.length : 0;
}

function openFence(words: string, line: number, indent: number): Fence | undefined {
  const mark = words.charAt(0);
  if (mark !== '`' && mark !== '~') return undefined;
  const length = runLength(words, mark);
  if (length < 3 || (mark === '`' && words.includes('`', length))) return undefined;
  return { kind: 'fence', line, mark, length, indent, lines: [] };
}

function closes(cursor: NoteCursor, { mark, length }: Fence): boolean {
  const { words, indent } = cursor;
  const run = runLength(words, mark);
  return indent < 4 && run >= length && isBlank(words.slice(run));
}

/**
 * Whether a text consists of blanks and tabs. Any other white space counts as text. A fence that is followed by other
 * white space does not close a block.
 */
function isBlank(text: string): boolean {
  return /^[ \t]*$/u.test(text);
}

function runLength(text: string, mark: string): number {
  let length = 0;
  while (text.charAt(length) === mark) length++;
  return length;
}

/** Whether a line is a thematic break, such as `***`, `- - -` or `___`: three or more of one mark, and blanks. */
function isBreakLine(words: string): boolean {
  const mark = words.charAt(0);
  if (mark !== '-' && mark !== '*' && mark !== '_') return false;
  let count = 0;
  for (const letter of words) {
    if (letter === mark) count++;
    else if (letter !== ' ' && letter !== '\t') return false;
  }
  return count >= 3;
}

/** Whether a line is the underline of a heading. */
function isUnderline(words: string): boolean {
  const mark = words.charAt(0);
  return (mark === '=' || mark === '-') && isBlank(words.slice(runLength(words, mark)));
}

/** Whether HTML is a comment and nothing else. A comment without an end contains all following lines. */
function isComment(lines: readonly string[]): boolean {
  const last = textAt(lines, lines.length - 1);
  const end = last.indexOf('-->');
  return lines[0]?.startsWith('<!--') === true && (end < 0 || isBlank(last.slice(end + 3)));
}
