import { hashText } from '../base/hashText.ts';
import { cutQuotation } from '../evidence/text/quotation.ts';
import type { Quotation } from '../evidence/text/quotation.ts';
import type { Range } from '../evidence/text/lines.ts';

/** A quotation, and the hash of the text that it was cut from. */
export interface QuotedText {
  readonly quotation: Quotation;
  /** Hash of the text as it was given. It differs from the stored text's hash only for a view. */
  readonly sha256: string;
}

/** Cuts a quotation out of a text. */
export function quoteAsItIs(text: string, ranges: readonly Range[]): QuotedText {
  return { quotation: cutQuotation(text, ranges), sha256: hashText(text) };
}
