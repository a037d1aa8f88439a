import type { ResultName, ResultRef, ResultStream } from '../base/resultUri.ts';

/** The text of a search, and the results that are searched. */
export interface SearchQuery {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly matchCase: boolean;
  /** Only results whose name has exactly this value; undefined: any. */
  readonly connection: string | undefined;
  readonly device: string | undefined;
  readonly script: string | undefined;
}

/** One line with at least one match. */
export interface SearchHit {
  readonly stream: ResultStream;
  /** From 1, by the line rule `\r\n|\r|\n`. */
  readonly line: number;
  /** The place where the first match begins, from 1, in UTF-16 units. */
  readonly column: number;
  /** Length of the first match within its line, in UTF-16 units. */
  readonly length: number;
  /** The line, or the part of a long one around the match. */
  readonly text: string;
  /** The place in {@link text} where the first match begins, from 0. */
  readonly at: number;
}

/** The hits in one result. */
export interface ResultHits {
  readonly ref: ResultRef;
  readonly name: ResultName;
  /** ms since 1970 */
  readonly fetchedAt: number;
  /** Hash of the file, in lower-case hex. */
  readonly sha256: string;
  readonly hits: readonly SearchHit[];
  /** Lines beyond those in {@link hits}. */
  readonly more: number;
  /** The reason why it was not searched to its end: the pattern took too long on it, or its stored copy is damaged. */
  readonly givenUp: 'tooSlow' | 'damaged' | undefined;
}

/** The progress of a search since the step before. */
export interface SearchStep {
  /** Results with hits, and results given up, since the step before; the newest first. */
  readonly found: readonly ResultHits[];
  /** Number of results that were searched since the step before. */
  readonly searched: number;
  readonly done: boolean;
}

/** Requests of a search. It runs step by step, so that other requests come in between. */
export interface SearchCalls {
  /** Begins a search; answers its number. @throws SyntaxError where the pattern is not a regular expression */
  readonly beginSearch: { args: [query: SearchQuery]; answer: number };
  /** Runs the next step. */
  readonly searchOn: { args: [search: number]; answer: SearchStep };
  /** Ends a search, for which no further step will be requested. */
  readonly endSearch: { args: [search: number]; answer: undefined };
}
