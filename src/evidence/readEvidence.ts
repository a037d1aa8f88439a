import { parseCitation } from './citation.ts';
import type { Citation } from './citation.ts';
import { splitCodeSpans } from './codeSpans.ts';
import { readBlocks } from './fences.ts';
import type { NoteBlock } from './fences.ts';
import type { Quotation } from './quotation.ts';

/** A citation as it stands in a note, and what the note says about it: nothing of it is believed before it is checked. */
export interface FoundEvidence extends Citation {
  /** `block` has a fence, `row` stands in a table, `line` quotes nothing. */
  readonly form: 'block' | 'row' | 'line';
  /** Line of the link in the note, from 0. */
  readonly line: number;
  /** SHA-256 of the result file, as the note has it. */
  readonly sha256: string | undefined;
  /** SHA-256 of the text as UTF-8, where the block is a full one. */
  readonly textSha256: string | undefined;
  /** The quoted text, as the note has it; undefined where there is none beside the link. */
  readonly quoted: string | undefined;
  /** Whether the note says that indicators were defanged: then the quotation has to be, before it is compared. */
  readonly defanged: boolean;
}

const LINK = /\]\((live-response:\/\?[^\s()<>]*)\)/gu;
const HASH = /^[\da-f]{64}$/u;

/**
 * Finds every citation of ours in a Markdown text, with the quotation it belongs to. Code is never searched: a device
 * can write there whatever it likes.
 */
export function findEvidence(markdown: string): FoundEvidence[] {
  const blocks = readBlocks(markdown);
  return blocks.flatMap((block, at) => {
    if (block.kind === 'fence' || !block.text.includes('live-response:')) return [];
    return block.text.startsWith('|') ? readRow(block.line, block.text) : readLine(blocks, at);
  });
}

/** Lines, from 0, with links of our scheme that cannot be read: someone changed them, or they never were ours. */
export function findUnreadable(markdown: string): number[] {
  return readBlocks(markdown).flatMap((block) => {
    if (block.kind === 'fence') return [];
    const text = splitCodeSpans(block.text)
      .map(({ kind, value }) => (kind === 'text' ? value : '`'))
      .join('');
    const links = [...text.matchAll(/\]\(\s*<?live-response:([^\s)>]*)/giu)];
    const broken = links.filter(([, rest]) => parseCitation(`live-response:${rest ?? ''}`) === undefined);
    return broken.map(() => block.line);
  });
}

/** Whether a note quotes what was cut again: its text, in the form that it has in the note. */
export function quotesSame(found: Pick<FoundEvidence, 'form' | 'quoted'>, quotation: Quotation): boolean {
  return found.quoted === (found.form === 'row' ? joinLines(quotation.text) : quotation.text);
}

/** Lines as one cell holds them. */
export function joinLines(text: string): string {
  return text.replaceAll('\n', '\u240a');
}

function readLine(blocks: readonly NoteBlock[], at: number): FoundEvidence[] {
  const block = blocks[at];
  if (block === undefined) return [];
  const found = readSource(block.text);
  const [first] = found;
  // Only our own line speaks for the fence above it, and for one citation.
  const fence = block.text.startsWith('Source: [') && found.length === 1 ? fenceAbove(blocks, at) : undefined;
  if (first === undefined || fence === undefined) {
    return found.map((one) => ({ ...one, form: 'line', line: block.line, textSha256: undefined, quoted: undefined }));
  }
  return [{ ...first, form: 'block', line: block.line, textSha256: textHashBelow(blocks, at), quoted: fence.text }];
}

function readRow(line: number, row: string): FoundEvidence[] {
  const cells = splitCells(row);
  return cells.flatMap((cell, at) =>
    readSource(cell).map((one): FoundEvidence => {
      const quoted = literalOf(cells[at - 1] ?? '');
      return { ...one, form: 'row', line, textSha256: undefined, quoted };
    }),
  );
}

/** The citations of a line, each with the hash and the changes that follow it. */
function readSource(line: string): (Citation & Pick<FoundEvidence, 'sha256' | 'defanged'>)[] {
  const found: (Citation & { sha256: string | undefined; defanged: boolean })[] = [];
  let expectsHash = false;
  for (const { kind, value } of splitCodeSpans(line)) {
    const current = found.at(-1);
    if (kind === 'code') {
      if (expectsHash && current !== undefined && HASH.test(value)) current.sha256 = value;
      expectsHash = false;
      continue;
    }
    if (current !== undefined && / · defanged \d/u.test(value)) current.defanged = true;
    for (const [, link] of value.matchAll(LINK)) {
      const citation = parseCitation(link ?? '');
      if (citation !== undefined) found.push({ ...citation, sha256: undefined, defanged: false });
    }
    expectsHash = value.endsWith(' · SHA-256 ');
  }
  return found;
}

function fenceAbove(blocks: readonly NoteBlock[], at: number): (NoteBlock & { kind: 'fence' }) | undefined {
  let above = at - 1;
  while (isBlank(blocks[above])) above--;
  const block = blocks[above];
  return block?.kind === 'fence' && block.info === 'text' ? block : undefined;
}

function textHashBelow(blocks: readonly NoteBlock[], at: number): string | undefined {
  for (let below = at + 1; ; below++) {
    const block = blocks[below];
    if (isBlank(block)) continue;
    const field = block?.kind === 'line' ? /^[A-Z][\w ()-]*: /u.exec(block.text)?.[0] : undefined;
    if (block === undefined || field === undefined) return undefined;
    if (field !== 'SHA-256 of the text as UTF-8: ') continue;
    const hash = splitCodeSpans(block.text)[1]?.value;
    return hash !== undefined && HASH.test(hash) ? hash : undefined;
  }
}

function isBlank(block: NoteBlock | undefined): boolean {
  return block?.kind === 'line' && block.text === '';
}

/** The cells of a row. In GFM a backslash escapes a pipe and another backslash, in code too. */
function splitCells(row: string): string[] {
  const cells: string[] = [];
  let from = 1;
  for (let at = 1; at < row.length; at++) {
    const letter = row.charAt(at);
    if (letter === '\\') at++;
    else if (letter === '|') {
      cells.push(row.slice(from, at));
      from = at + 1;
    }
  }
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** What a cell quotes: its code, and the pipes between. The sign that guards against formulas is not part of it. */
function literalOf(cell: string): string {
  const pieces = splitCodeSpans(cell);
  return pieces.map(({ kind, value }) => (kind === 'code' || value === '|' ? value : '')).join('');
}
