/*
 * What a copy says of itself on the clipboard. Activation needs this file, so it holds nothing but the writing side:
 * the reading one is readCopied.ts.
 */

/** Our own type on the clipboard. It reaches the same window only. */
export const COPIED_TYPE = 'application/vnd.live-response.copied+json';

interface PlainRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/**
 * Where a copied text stands: ids and numbers, never the text.
 *
 * @param query - of the document's address: it alone tells results apart
 */
export function describeCopied(query: string, ranges: readonly PlainRange[]): string {
  const numbers = ranges.map(({ start, end }) => [start.line, start.character, end.line, end.character]);
  return JSON.stringify({ query, ranges: numbers });
}
