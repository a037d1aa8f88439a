import type { Range } from '../base/places.ts';
import { hashText } from '../base/hashText.ts';
import { cutQuotation } from '../evidence/text/quotation.ts';
import type { Quotation } from '../evidence/text/quotation.ts';

/** A quotation, and the hash of its source text. */
export interface QuotedText {
  readonly quotation: Quotation;
  /** Hash of the given text. For a view, it differs from the hash of the stored text. */
  readonly sha256: string;
}

/** Cuts a quotation out of a text. */
export function quoteAsItIs(text: string, ranges: readonly Range[]): QuotedText {
  return { quotation: cutQuotation(text, ranges), sha256: hashText(text) };
}
