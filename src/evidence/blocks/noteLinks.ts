import { textAt } from '../../base/atIndex.ts';
import { parseCitation } from './citation.ts';
import type { Citation } from './citation.ts';

/** A link with our scheme in the text of a note. */
export interface NoteLink {
  /** Undefined if the link does not name a place in a result. */
  readonly citation: Citation | undefined;
  /** `middle`: end of the link's text and start of its address. `end`: end of the link. Both in UTF-16 units. */
  readonly middle: number;
  readonly end: number;
}

/** An address in round brackets, with the variants of people and programs: angle brackets, a title, a line break. */
const LINK = /\]\(\s{0,8}<?(live-response:[^\s()<>]*)>?(?:\s{1,8}"[^"\n]{0,200}")?\s{0,8}\)/giu;
/** Other links: a link definition, and an address in angle brackets without a text. */
const APART = /(?:\]:\s{0,8}<?|<)live-response:/giu;

/** Finds the links with our scheme in text that is not code, in the order of the text. */
export function findLinks(text: string): NoteLink[] {
  return [...text.matchAll(LINK)].map((match) => ({
    citation: parseCitation(unescape(textAt(match, 1))),
    middle: match.index,
    end: match.index + match[0].length,
  }));
}

/** Returns the places, in UTF-16 units, of link definitions and bare addresses with our scheme. */
export function findLinksApart(text: string): number[] {
  const inBrackets = findLinks(text);
  let next = 0;
  return [...text.matchAll(APART)].flatMap(({ index }) => {
    while ((inBrackets[next]?.end ?? Infinity) <= index) next++;
    return (inBrackets[next]?.middle ?? Infinity) <= index ? [] : [index];
  });
}

/**
 * Undoes the escapes of Markdown writers: backslashes before marks, and `&amp;` for `&`. Our addresses contain neither.
 */
function unescape(address: string): string {
  return address.replaceAll('&amp;', '&').replace(/\\([!-/:-@[-`{-~])/gu, '$1');
}
