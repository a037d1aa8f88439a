import type { ResultName, ResultRef, ResultStream } from '../base/resultUri.ts';

/** What is searched for, and where. */
export interface SearchQuery {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly matchCase: boolean;
  /** Only results whose name has exactly this; undefined: any. */
  readonly connection: string | undefined;
  readonly device: string | undefined;
  readonly script: string | undefined;
}

/** One line with at least one match. */
export interface SearchHit {
  readonly stream: ResultStream;
  /** From 1, by the line rule `\r\n|\r|\n`. */
  readonly line: number;
  /** From 1, in UTF-16 units: where the first match begins. */
  readonly column: number;
  /** Of the first match within its line, UTF-16 units. */
  readonly length: number;
  /** The line, or the part of a long one around the match. */
  readonly text: string;
  /** Where the first match begins in {@link text}, from 0. */
  readonly at: number;
}

/** What was found in one result. */
export interface ResultHits {
  readonly ref: ResultRef;
  readonly name: ResultName;
  /** ms since 1970 */
  readonly fetchedAt: number;
  /** Of the file: lower-case hex. */
  readonly sha256: string;
  readonly hits: readonly SearchHit[];
  /** Lines beyond those in {@link hits}. */
  readonly more: number;
  /** Why it was not searched to its end: the pattern took too long on it, or its stored copy is damaged. */
  readonly givenUp: 'tooSlow' | 'damaged' | undefined;
}

/** How far a search has come. */
export interface SearchStep {
  /** Results with hits, or given up, since the step before; the newest first. */
  readonly found: readonly ResultHits[];
  /** Results that were looked at since the step before. */
  readonly searched: number;
  readonly done: boolean;
}

/** A search is asked for step by step, so that other requests come in between. */
export interface SearchCalls {
  /** @throws SyntaxError where the pattern is none */
  readonly beginSearch: { args: [query: SearchQuery]; answer: number };
  /** Searches on for a moment. */
  readonly searchOn: { args: [search: number]; answer: SearchStep };
  /** Nobody will ask again. */
  readonly endSearch: { args: [search: number]; answer: undefined };
}
