/* The clipboard data that describes a copy. Activation needs this file, so it only writes: readCopied.ts reads. */

/** Clipboard type of this extension. It reaches the same window only. */
export const COPIED_TYPE = 'application/vnd.live-response.copied+json';

interface PlainRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/**
 * Returns the place of a copied text as ids and numbers, never the text itself.
 *
 * @param query - query of the document's address, which alone identifies the result
 */
export function describeCopied(query: string, ranges: readonly PlainRange[]): string {
  const numbers = ranges.map(({ start, end }) => [start.line, start.character, end.line, end.character]);
  return JSON.stringify({ query, ranges: numbers });
}
