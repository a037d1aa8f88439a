import { numberAt } from '../../base/atIndex.ts';
import type { Citation } from './citation.ts';
import { splitCodeSpans } from './codeSpans.ts';
import { canFold, canHide } from './htmlBlocks.ts';
import { readBlocks } from './noteBlocks.ts';
import type { NoteBlock } from './noteBlocks.ts';
import { findLinks, findLinksApart } from './noteLinks.ts';
import type { Quotation } from '../text/quotation.ts';
import { readRow } from './readRow.ts';
import { isHash, readSource } from './readSource.ts';
import type { Source } from './readSource.ts';

/**
 * A citation in a note, with the facts that the note states about it. Anyone may have changed the note, so no fact is
 * trusted before it is checked.
 */
export interface FoundEvidence extends Citation {
  /** A `block` has code above its citation, a `row` is in a table, a `line` has no quotation. */
  readonly form: 'block' | 'row' | 'line';
  /** Line of the link in the note, from 0. */
  readonly line: number;
  /** SHA-256 of the result file, as the note states it. */
  readonly sha256: string | undefined;
  /** SHA-256 of the text as UTF-8, as the note states it. Only a full block has it. */
  readonly textSha256: string | undefined;
  /** The quoted text, as it is in the note; undefined if no quoted text was found beside the link. */
  readonly quoted: string | undefined;
  /**
   * Whether the quotation is exactly where we write it. Otherwise it is only near the citation, and may belong to
   * another text.
   */
  readonly isCertain: boolean;
  /** Whether the citation is a link only: it has no quotation, no label, and no line numbers in the link's text. */
  readonly isBare: boolean;
  /** Whether the note says that indicators were defanged. The quotation must then be defanged before it is compared. */
  readonly defanged: boolean;
}

/** The code above a text, and facts about the blocks between them. */
interface CodeAbove {
  readonly text: string;
  /** Whether there are only empty lines and comments between the code and the text. */
  isRightAbove: boolean;
  /** Whether a heading is between the code and the text. */
  isInOtherSection: boolean;
  /** Whether a block can hide the code from a reader of the note. */
  isHidden: boolean;
}

/**
 * Finds every citation of ours in a Markdown text, with the quotation it belongs to. Code is never searched, because a
 * device can write any text into code.
 */
export function findEvidence(markdown: string): FoundEvidence[] {
  const blocks = readBlocks(markdown);
  let above: CodeAbove | undefined;
  let isFolded = false;
  return blocks.flatMap((block, at): FoundEvidence[] => {
    if (block.kind === 'code') {
      above = { text: block.text, isRightAbove: true, isInOtherSection: false, isHidden: isFolded };
      return [];
    }
    isFolded ||= 'text' in block && canFold(block.text);
    const found = block.kind === 'row' ? readCells(block) : readText(blocks, at, above);
    // Code belongs only to the first text with a citation after it.
    if (found.length > 0) above = undefined;
    else if (above !== undefined) passBlock(above, block);
    return found;
  });
}

/**
 * Finds links with our scheme that cannot be parsed. Someone changed these links, or we did not write them.
 *
 * @returns the lines of these links, counted from 0
 */
export function findUnreadable(markdown: string): number[] {
  return readBlocks(markdown).flatMap((block) => {
    if (!('text' in block) || block.kind === 'code') return [];
    const places = splitCodeSpans(block.text).flatMap(({ kind, value, start }) => {
      if (kind === 'code') return [];
      const broken = findLinks(value).filter(({ citation }) => citation === undefined);
      return [...broken.map(({ middle }) => middle), ...findLinksApart(value)].map((place) => start + place);
    });
    return toLines(
      block,
      places.toSorted((a, b) => a - b),
    );
  });
}

/** Whether a note quotes the same text as a new quotation. The new text is compared as the note would write it. */
export function quotesSame(found: Pick<FoundEvidence, 'form' | 'quoted'>, quotation: Quotation): boolean {
  return found.quoted === textIn(found.form, quotation);
}

/** Returns the text of a quotation as a block, a row or a line of a note contains it. */
export function textIn(form: FoundEvidence['form'], { text }: Pick<Quotation, 'text'>): string {
  return form === 'row' ? joinLines(text) : text;
}

/** Joins lines for one table cell: each line end becomes ␊. */
export function joinLines(text: string): string {
  return text.replaceAll('\n', '\u240a');
}

function passBlock(above: CodeAbove, block: NoteBlock): void {
  if (block.kind === 'html' && block.isComment) return;
  above.isRightAbove = false;
  if (block.kind === 'heading') above.isInOtherSection = true;
  const isText = block.kind === 'paragraph' || block.kind === 'heading';
  if (!isText || canHide(block.text)) above.isHidden = true;
}

function readText(blocks: readonly NoteBlock[], at: number, above: CodeAbove | undefined): FoundEvidence[] {
  const block = blocks[at];
  if ((block?.kind !== 'paragraph' && block?.kind !== 'heading') || !block.text.includes('live-response:')) return [];
  const sources = readSource(block.text);
  const lines = toLines(
    block,
    sources.map(({ place }) => place),
  );
  return sources.map((source, index): FoundEvidence => {
    const quoted = source.canHideBefore ? undefined : quotedBy(source, above);
    const isOurs = sources.length === 1 && source.isLabelled && above?.isRightAbove === true;
    return {
      ...toSaid(source),
      form: quoted === undefined ? 'line' : 'block',
      line: numberAt(lines, index),
      textSha256: sources.length === 1 ? textHashBelow(blocks, at) : undefined,
      quoted,
      isCertain: quoted !== undefined && isOurs,
      isBare: quoted === undefined && !source.isLabelled && !source.namesLines,
    };
  });
}

/** Returns the code that a citation may quote. */
function quotedBy({ spans }: Source, above: CodeAbove | undefined): string | undefined {
  if (above === undefined || above.isHidden) return undefined;
  // A citation without spans refers to the complete result and has no quotation. Code in another section belongs to
  // another citation.
  return spans.length === 0 && above.isInOtherSection ? undefined : above.text;
}

function readCells({ line, text }: { readonly line: number; readonly text: string }): FoundEvidence[] {
  return readRow(text).map(({ source, quoted, isCertain }) => ({
    ...toSaid(source),
    form: 'row',
    line,
    textSha256: undefined,
    quoted: source.canHideBefore ? undefined : quoted,
    isCertain,
    isBare: quoted === '' && !source.namesLines,
  }));
}

/** Returns the facts that a note states about a citation, without the citation's place in the note. */
function toSaid({
  address,
  spans,
  sha256,
  defanged,
}: Source): Pick<Source, 'address' | 'spans' | 'sha256' | 'defanged'> {
  return { address, spans, sha256, defanged };
}

function textHashBelow(blocks: readonly NoteBlock[], at: number): string | undefined {
  for (let below = at + 1; below < blocks.length; below++) {
    const block = blocks[below];
    if (block?.kind === 'html' && block.isComment) continue;
    // The fields of a block end where the next citation begins.
    if (block?.kind !== 'paragraph' || citesSomething(block.text)) return undefined;
    const label = /^[A-Z][\w ()-]{0,60}:\s/u.exec(block.text.replaceAll('\n', ' '))?.[0];
    if (label === undefined) return undefined;
    if (label !== 'SHA-256 of the text as UTF-8: ') continue;
    const hash = splitCodeSpans(block.text)[1]?.value;
    return isHash(hash) ? hash : undefined;
  }
  return undefined;
}

function citesSomething(text: string): boolean {
  return text.includes('live-response:') && readSource(text).length > 0;
}

/** Converts places in a block's text to line numbers of the note. The places must be in ascending order. */
function toLines(
  { line, text }: { readonly line: number; readonly text: string },
  places: readonly number[],
): number[] {
  let count = 0;
  let at = text.indexOf('\n');
  return places.map((place) => {
    for (; at >= 0 && at < place; at = text.indexOf('\n', at + 1)) count++;
    return line + count;
  });
}
