import { buildCitation } from '../evidence/citation.ts';
import { findEvidence } from '../evidence/readEvidence.ts';
import type { FoundEvidence } from '../evidence/readEvidence.ts';

/** Where a citation's link stands in a note: line and UTF-16 columns from 0, the brackets included. */
export interface CitationPlace {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly link: string;
  readonly found: FoundEvidence;
}

/** The links of a note that are citations. Code holds none, whatever a device wrote there. */
export function findCitationPlaces(markdown: string): CitationPlace[] {
  const lines = markdown.split(/\r\n|\r|\n/u);
  const nextOf = new Map<string, number>();
  return findEvidence(markdown).flatMap((found) => {
    const text = lines[found.line] ?? '';
    const link = buildCitation(found);
    const key = `${found.line} ${link}`;
    const at = text.indexOf(`](${link})`, nextOf.get(key) ?? 0);
    if (at < 0) return [];
    nextOf.set(key, at + 1);
    return [{ line: found.line, start: text.lastIndexOf('[', at), end: at + link.length + 3, link, found }];
  });
}
