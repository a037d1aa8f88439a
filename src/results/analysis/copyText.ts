import { defang } from '../../evidence/defang.ts';
import type { DefangedText } from '../../evidence/defang.ts';
import { toDocumentText } from '../../evidence/documentText.ts';
import { cutRanges } from '../../evidence/quote.ts';
import type { Range } from '../../evidence/quote.ts';
import { measureText } from '../../evidence/textFacts.ts';

/** What is copied from a text. */
export interface CopyRules {
  /** Undefined: all of it. */
  readonly ranges: readonly Range[] | undefined;
  readonly form: 'defanged' | 'asItIs';
}

/** A text as it goes to the clipboard. */
export interface CopiedText extends DefangedText {
  /** Of the text before anything was changed, UTF-16 units. */
  readonly length: number;
  /** NULs that are shown as ␀. */
  readonly nuls: number;
}

/** Cuts, shows NULs and, where that is wanted, defangs. */
export function copyText(text: string, { ranges, form }: CopyRules): CopiedText {
  const copied = ranges === undefined ? text : cutRanges(text, ranges).join('\n');
  // Clipboards end at a NUL, which would drop the rest unsaid: it goes as ␀, as the document shows it.
  const safe = toDocumentText(copied);
  const { text: harmless, count } = form === 'defanged' ? defang(safe) : { text: safe, count: 0 };
  return { text: harmless, count, length: copied.length, nuls: measureText(copied).nuls };
}
