import { defangQuotation } from '../../evidence/defang.ts';
import { hashText } from '../../evidence/hashText.ts';
import { cutQuotation } from '../../evidence/quotation.ts';
import type { Quotation } from '../../evidence/quotation.ts';
import type { Range } from '../../evidence/quote.ts';

/** What is quoted from a text. */
export interface QuoteRules {
  /** None: nothing is quoted, and the lines are counted. */
  readonly ranges: readonly Range[];
  readonly form: 'defanged' | 'asItIs';
}

/** A quotation, and the hash of the text that it was cut from. */
export interface QuotedText {
  readonly quotation: Quotation;
  /** Of the text as it was given: only of a view is that another one than the stored text's. */
  readonly sha256: string;
}

/** Cuts a quotation and, where that is wanted, defangs it. */
export function quoteText(text: string, { ranges, form }: QuoteRules): QuotedText {
  const quotation = cutQuotation(text, ranges);
  return { quotation: form === 'defanged' ? defangQuotation(quotation) : quotation, sha256: hashText(text) };
}
