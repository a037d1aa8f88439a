import type { CountedText } from '../evidence/indicators/defangIndicator.ts';
import { toDocumentText } from '../evidence/text/documentText.ts';
import { cutRanges } from '../evidence/text/lines.ts';
import type { Range } from '../evidence/text/lines.ts';
import { measureText } from '../evidence/text/textFacts.ts';

/** A text as it goes to the clipboard. */
export interface CopiedText extends CountedText {
  /** Length of the text before anything was changed, in UTF-16 units. */
  readonly length: number;
  /** Number of NULs that are shown as ␀. */
  readonly nuls: number;
}

/**
 * Cuts a text and shows NULs.
 *
 * @param ranges - undefined: all of it
 */
export function copyAsItIs(text: string, ranges: readonly Range[] | undefined): CopiedText {
  const copied = ranges === undefined ? text : cutRanges(text, ranges).join('\n');
  // Clipboards end at a NUL and would silently drop the rest, so a NUL is copied as ␀, as the document shows it.
  return { text: toDocumentText(copied), count: 0, length: copied.length, nuls: measureText(copied).nuls };
}
