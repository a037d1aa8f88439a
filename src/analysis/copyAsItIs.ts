import type { Range } from '../base/places.ts';
import type { CountedText } from '../evidence/indicators/defangIndicator.ts';
import { toDocumentText } from '../evidence/text/documentText.ts';
import { cutRanges } from '../evidence/text/lines.ts';
import { measureText } from '../evidence/text/textFacts.ts';

/** A text for the clipboard. */
export interface CopiedText extends CountedText {
  /** Length of the text before any change, in UTF-16 units. */
  readonly length: number;
  /** Number of NULs that are shown as ␀. */
  readonly nuls: number;
}

/**
 * Cuts a text and shows its NULs.
 *
 * @param ranges - the ranges to copy; undefined for the complete text
 */
export function copyAsItIs(text: string, ranges: readonly Range[] | undefined): CopiedText {
  const copied = ranges === undefined ? text : cutRanges(text, ranges).join('\n');
  // Clipboards end a text at a NUL, without an error. So a NUL is copied as ␀, as the document shows it.
  return { text: toDocumentText(copied), count: 0, length: copied.length, nuls: measureText(copied).nuls };
}
