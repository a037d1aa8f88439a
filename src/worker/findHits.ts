import { foldCase } from '../evidence/text/foldCase.ts';
import type { PartStart, ResultStream } from '../base/resultUri.ts';
import type { SearchHit, SearchQuery } from './searchCalls.ts';

/** Lines with matches. They are added during the search, so that lines found before a time-out are kept. */
export interface FoundLines {
  readonly hits: SearchHit[];
  more: number;
  /** The last line of the text that counts as a hit. Further matches in this line are not new hits. */
  lastLine: number;
}

/** Maximum number of UTF-16 units of a line that are shown. A person reads a line in a list at a glance. */
const SHOWN = 240;
/** Number of shown units before the match. */
const AHEAD = 60;
const CR = 13;
const LF = 10;

/**
 * Creates the pattern of a search. `^` and `$` match at the beginning and the end of a line. Upper and lower case are
 * equal by Turkish and German rules, too, but not in a regular expression that the person typed.
 * @throws SyntaxError if the text is not a valid regular expression
 */
export function toPattern({ text, isRegExp, matchCase }: Pick<SearchQuery, 'text' | 'isRegExp' | 'matchCase'>): RegExp {
  const source = isRegExp ? text : matchCase ? text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&') : foldCase(text);
  return new RegExp(source, matchCase ? 'gmu' : 'gimu');
}

/**
 * Finds the lines of a text in which a match begins.
 * @param start - the place in the complete text at which the given text begins
 */
export function findHits(
  pattern: RegExp,
  stream: ResultStream,
  text: string,
  max: number,
  found: FoundLines,
  start: PartStart = { line: 1, column: 1 },
): void {
  let line = 1;
  let lineStart = 0;
  // Line ends before this place are already counted. So a line with a million matches is read only once.
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    // An empty match has no text that could be shown.
    if (match[0] === '') continue;
    const { index } = match;
    for (; at < index; at++) {
      const unit = text.charCodeAt(at);
      if (unit !== LF && unit !== CR) continue;
      if (unit === CR && text.charCodeAt(at + 1) === LF) {
        // A CR and its LF are one line end. A match between them is in the line before it.
        if (at + 1 >= index) break;
        at++;
      }
      line++;
      lineStart = at + 1;
    }
    // A line counts as one hit, even if it contains several matches.
    const inWhole = line + start.line - 1;
    if (inWhole <= found.lastLine) continue;
    found.lastLine = inWhole;
    if (found.hits.length < max) {
      const hit = toHit(stream, text, line, lineStart, match[0].length, index);
      found.hits.push(
        line === 1
          ? { ...hit, column: hit.column + start.column - 1, line: start.line }
          : { ...hit, line: line + start.line - 1 },
      );
    } else found.more++;
  }
}

function toHit(
  stream: ResultStream,
  text: string,
  line: number,
  lineStart: number,
  matched: number,
  index: number,
): SearchHit {
  const limit = Math.min(text.length, Math.max(lineStart, index - AHEAD) + SHOWN);
  let start = index - lineStart > AHEAD ? index - AHEAD : lineStart;
  let end = index;
  while (end < limit && text.charCodeAt(end) !== LF && text.charCodeAt(end) !== CR) end++;
  // A cut at either end must not split a surrogate pair.
  if (start > lineStart && isLow(text.charCodeAt(start))) start--;
  if (end < text.length && isLow(text.charCodeAt(end)) && end > index) end--;
  return {
    stream,
    line,
    column: index - lineStart + 1,
    length: Math.min(matched, Math.max(0, end - index)),
    text: text.slice(start, end),
    at: index - start,
  };
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
