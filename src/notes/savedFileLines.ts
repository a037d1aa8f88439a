import { splitCodeSpans } from '../evidence/blocks/codeSpans.ts';
import { readBlocks } from '../evidence/blocks/noteBlocks.ts';

/** A file that a note names by size and hash: a collected file, or an investigation package. */
export interface SavedFileNote {
  readonly kind: 'file' | 'package';
  /** Line in the note, from 0. */
  readonly line: number;
  /** Device and, for a collected file, its path there, as the note states them. Remote text. */
  readonly names: readonly string[];
  /** The stated sizes and hashes: of the file itself, and of the gzip file in which it was stored. */
  readonly files: readonly { readonly size: number; readonly sha256: string }[];
}

/** The first words of such a line; see statusNote.ts, which writes it. */
const LABELS = { 'Collected file:': 'file', 'Investigation package:': 'package' } as const;
/** Ends the text before a hash. A formatter can have wrapped it. */
const BEFORE_HASH = /(\d{1,15})\sbytes(?:\s·\snot\sa\sZIP\sarchive)?\s·\sSHA-256\s$/u;
const HASH = /^[\da-f]{64}$/iu;

/**
 * Finds the lines about saved files in a note. Their names stand in code, so a device cannot write a size or a hash that
 * is read here.
 */
export function findSavedFiles(markdown: string): SavedFileNote[] {
  return readBlocks(markdown).flatMap((block): SavedFileNote[] => {
    if (block.kind !== 'paragraph') return [];
    const label = Object.keys(LABELS).find((one) => block.text.startsWith(one));
    if (label === undefined) return [];
    const pieces = splitCodeSpans(block.text);
    const files = pieces.flatMap(({ kind, value }, at) => {
      const size = BEFORE_HASH.exec(pieces[at - 1]?.value ?? '')?.[1];
      return kind === 'code' && HASH.test(value) && size !== undefined
        ? [{ size: Number(size), sha256: value.toLowerCase() }]
        : [];
    });
    const kind = LABELS[label as keyof typeof LABELS];
    const names = pieces.filter((piece) => piece.kind === 'code').slice(0, kind === 'file' ? 2 : 1);
    return [{ kind, line: block.line, names: names.map(({ value }) => value), files }];
  });
}
