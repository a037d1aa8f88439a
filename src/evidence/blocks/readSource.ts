import type { Citation } from './citation.ts';
import { splitCodeSpans } from './codeSpans.ts';
import { canHide } from './htmlBlocks.ts';
import { findLinks } from './noteLinks.ts';

/** A citation in a text, with the facts that the text states about it. */
export interface Source extends Citation {
  /** SHA-256 of the result file, in lower-case hex. */
  readonly sha256: string | undefined;
  readonly defanged: boolean;
  /** Place where the link's text ends and its address begins, in UTF-16 units. */
  readonly place: number;
  /** Whether our own label is directly before the link. */
  readonly isLabelled: boolean;
  /** Whether the link's text names lines. */
  readonly namesLines: boolean;
  /** Whether the text before the link contains marks that can hide a quotation. */
  readonly canHideBefore: boolean;
}

const HASH = /^[\da-f]{64}$/u;
/**
 * Matches our label of a hash at the end of the words before the hash. An editor may have changed the dash and the
 * emphasis.
 */
const HASH_LABEL = /SHA.256[\s:*_]{0,8}$/iu;
const HASH_IN_TEXT = /SHA.256[\s:*_]{1,8}([\da-f]{64})(?![\da-z])/iu;
const DEFANGED = /(?:^|[\s·])defanged\s{1,4}\d/u;
/** Number of UTF-16 units that are searched for a label. All our labels with their emphasis are shorter. */
const LABEL_LENGTH = 80;

/** Whether a text is a SHA-256 as we write it: 64 hex digits in lower case. */
export function isHash(text: string | undefined): text is string {
  return text !== undefined && HASH.test(text);
}

/** Reads the citations of a text, each with the hash and the remark about defanging that follow it. */
export function readSource(text: string): Source[] {
  const found: { -readonly [Key in keyof Source]: Source[Key] }[] = [];
  // The words since the last link or piece of code.
  let words = '';
  let canHideBefore = false;
  const readWords = (piece: string): void => {
    words += piece;
    canHideBefore ||= canHide(piece);
    const current = found.at(-1);
    if (current === undefined) return;
    if (DEFANGED.test(piece)) current.defanged = true;
    current.sha256 ??= HASH_IN_TEXT.exec(piece)?.[1]?.toLowerCase();
  };
  for (const { kind, value, start } of splitCodeSpans(text)) {
    const current = found.at(-1);
    if (kind === 'code') {
      if (current !== undefined && HASH_LABEL.test(words.slice(-LABEL_LENGTH)) && HASH.test(value))
        current.sha256 ??= value;
      words = '';
      continue;
    }
    let from = 0;
    for (const { citation, middle, end } of findLinks(value)) {
      readWords(value.slice(from, middle));
      from = end;
      const isLabelled = endsWithLabel(words);
      const namesLines = /\blines?\s{1,4}\d/iu.test(words.slice(words.lastIndexOf('[') + 1).slice(-LABEL_LENGTH));
      words = '';
      if (citation === undefined) continue;
      found.push({
        ...citation,
        ...{ sha256: undefined, defanged: false },
        ...{ place: start + middle, isLabelled, namesLines, canHideBefore },
      });
    }
    readWords(value.slice(from));
  }
  return found;
}

/** Whether words end in our label and a link's text: `Source: [text of the link`. Ignores emphasis and line breaks. */
function endsWithLabel(words: string): boolean {
  const label = words.slice(0, words.lastIndexOf('[')).slice(-LABEL_LENGTH);
  return /(?:^|\P{L})Source\s?:$/iu.test(label.replace(/[*_\\]/gu, '').trim());
}
