import { buildCitation } from '../evidence/blocks/citation.ts';
import { findLinks } from '../evidence/blocks/noteLinks.ts';
import { findEvidence } from '../evidence/blocks/readEvidence.ts';
import type { FoundEvidence } from '../evidence/blocks/readEvidence.ts';

/**
 * Position of a citation's link in a note: line and UTF-16 columns from 0, including the brackets. If a link extends
 * over several lines, the position is on its last line.
 */
export interface CitationPlace {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly link: string;
  readonly found: FoundEvidence;
}

/**
 * Returns the citation links of a note. Links in code are not citations, because a device may have written the code.
 */
export function findCitationPlaces(markdown: string): CitationPlace[] {
  const lines = markdown.split(/\r\n|\r|\n/u);
  // Each line is parsed once and each of its links is used once. Therefore two equal links get different places.
  const linksOf = new Map<number, { readonly links: readonly PlacedLink[]; next: number }>();
  return findEvidence(markdown).flatMap((found) => {
    const onLine = linksOf.get(found.line) ?? { links: readLinks(lines[found.line] ?? ''), next: 0 };
    linksOf.set(found.line, onLine);
    const link = buildCitation(found);
    // Citations and links are both ordered from left to right, so no link is examined twice.
    while (onLine.next < onLine.links.length && onLine.links[onLine.next]?.link !== link) onLine.next++;
    const place = onLine.links[onLine.next++];
    return place === undefined ? [] : [{ line: found.line, ...place, found }];
  });
}

type PlacedLink = Pick<CitationPlace, 'link' | 'start' | 'end'>;

function readLinks(text: string): PlacedLink[] {
  let from = 0;
  return findLinks(text).flatMap(({ citation, middle, end }) => {
    const words = text.slice(from, middle);
    const start = from + Math.max(words.lastIndexOf('['), 0);
    from = end;
    return citation === undefined ? [] : [{ link: buildCitation(citation), start, end }];
  });
}
