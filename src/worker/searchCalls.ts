import type { ResultName, ResultRef, ResultStream } from '../base/resultUri.ts';

/** The text of a search, and the conditions for the searched results. */
export interface SearchQuery {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly matchCase: boolean;
  /** Searches only results whose name has exactly this value. Undefined for any value. */
  readonly connection: string | undefined;
  readonly device: string | undefined;
  readonly script: string | undefined;
  /** Searches only the results of a run. Undefined for any result. */
  readonly run?: SearchedRun | undefined;
}

/** The run to which a search is limited. */
export interface SearchedRun {
  readonly title: string;
  readonly hosts: readonly SearchedHost[];
}

/** A host of a run, and its result. */
export interface SearchedHost {
  readonly host: string;
  readonly ref: ResultRef;
}

/** A line with at least one match. */
export interface SearchHit {
  readonly stream: ResultStream;
  /** Line number from 1. Lines end at `\r\n|\r|\n`. */
  readonly line: number;
  /** Column at which the first match begins, from 1, in UTF-16 units. */
  readonly column: number;
  /** Length of the first match within its line, in UTF-16 units. */
  readonly length: number;
  /** The line, or the part around the match if the line is long. */
  readonly text: string;
  /** The place in {@link text} at which the first match begins, from 0. */
  readonly at: number;
}

/** The hits in one result. */
export interface ResultHits {
  readonly ref: ResultRef;
  readonly name: ResultName;
  /** Time when the result was fetched, ms since 1970. */
  readonly fetchedAt: number;
  /** Hash of the file, in lower-case hex. */
  readonly sha256: string;
  readonly hits: readonly SearchHit[];
  /** Number of lines with a match that are not in {@link hits}. */
  readonly more: number;
  /** The reason why the search of the result was given up: the pattern took too long, or the stored copy is damaged. */
  readonly givenUp: 'tooSlow' | 'damaged' | undefined;
}

/** The progress of a search in one step. */
export interface SearchStep {
  /** Results with hits, and results whose search was given up, in this step; the newest first. */
  readonly found: readonly ResultHits[];
  /** Number of results that were searched in this step. */
  readonly searched: number;
  /** For a search in a run: keys of results that were searched to their end in this step, and have no hit. */
  readonly without: readonly string[];
  readonly done: boolean;
}

/** Requests of a search. It runs in steps, so that the thread can answer other requests between them. */
export interface SearchCalls {
  /**
   * Begins a search, and returns the number of the search.
   * @throws SyntaxError if the text is not a valid regular expression
   */
  readonly beginSearch: { args: [query: SearchQuery]; answer: number };
  /** Runs the next step of a search. */
  readonly searchOn: { args: [search: number]; answer: SearchStep };
  /** Ends a search. No further step is requested. */
  readonly endSearch: { args: [search: number]; answer: undefined };
}
