import { parseCitation } from './citation.ts';
import type { Citation } from './citation.ts';

/** A link of ours in the text of a note. */
export interface NoteLink {
  /** Undefined: the link names no place in a result. */
  readonly citation: Citation | undefined;
  /** Where its words end and its address begins, and where it ends, in UTF-16 units. */
  readonly middle: number;
  readonly end: number;
}

/** An address in round brackets, as people and Markdown writers have it: in angle brackets, with a title, wrapped. */
const LINK = /\]\(\s{0,8}<?(live-response:[^\s()<>]*)>?(?:\s{1,8}"[^"\n]{0,200}")?\s{0,8}\)/giu;
/** The other forms of a link: a definition, and an address by itself. */
const APART = /(?:\]:\s{0,8}<?|<)live-response:/giu;

/** Finds the links of our scheme in text that is no code, in their order. */
export function findLinks(text: string): NoteLink[] {
  return [...text.matchAll(LINK)].map((match) => ({
    citation: parseCitation(unescape(match[1] ?? '')),
    middle: match.index,
    end: match.index + match[0].length,
  }));
}

/** The places, in UTF-16 units, of links of our scheme that stand apart from the words they belong to. */
export function findLinksApart(text: string): number[] {
  const inBrackets = findLinks(text);
  let next = 0;
  return [...text.matchAll(APART)].flatMap(({ index }) => {
    while ((inBrackets[next]?.end ?? Infinity) <= index) next++;
    return (inBrackets[next]?.middle ?? Infinity) <= index ? [] : [index];
  });
}

/** Markdown writers escape marks in addresses, and write `&` as an entity. Ours holds neither. */
function unescape(address: string): string {
  return address.replaceAll('&amp;', '&').replace(/\\([!-/:-@[-`{-~])/gu, '$1');
}
