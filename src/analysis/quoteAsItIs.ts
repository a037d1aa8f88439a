import { hashText } from '../base/hashText.ts';
import { cutQuotation } from '../evidence/text/quotation.ts';
import type { Quotation } from '../evidence/text/quotation.ts';
import type { Range } from '../evidence/text/lines.ts';

/** A quotation, and the hash of the text that it was cut from. */
export interface QuotedText {
  readonly quotation: Quotation;
  /** Of the text as it was given: only of a view is that another one than the stored text's. */
  readonly sha256: string;
}

/** Cuts a quotation. */
export function quoteAsItIs(text: string, ranges: readonly Range[]): QuotedText {
  return { quotation: cutQuotation(text, ranges), sha256: hashText(text) };
}
