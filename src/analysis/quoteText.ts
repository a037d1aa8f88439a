import type { Range } from '../base/places.ts';
import { defangQuotation } from '../evidence/indicators/defang.ts';
import { quoteAsItIs } from './quoteAsItIs.ts';
import type { QuotedText } from './quoteAsItIs.ts';

/** The ranges of a text that are quoted, and the format of the quotation. */
export interface QuoteRules {
  /** If empty, nothing is quoted, but the lines are counted. */
  readonly ranges: readonly Range[];
  readonly form: 'defanged' | 'asItIs';
}

/** Extracts a quotation from a text, and defangs it if the rules request it. */
export function quoteText(text: string, { ranges, form }: QuoteRules): QuotedText {
  const quoted = quoteAsItIs(text, ranges);
  return form === 'defanged' ? { ...quoted, quotation: defangQuotation(quoted.quotation) } : quoted;
}
