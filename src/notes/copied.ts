/*
 * Clipboard data that describes a copy. Activation loads this file, so the file only writes the data; readCopied.ts
 * reads the data.
 */

import type { Range } from '../base/places.ts';

/** Clipboard type of this extension. VS Code passes it only to a paste in the same window. */
export const COPIED_TYPE = 'application/vnd.live-response.copied+json';

/**
 * Returns a description of where the copied text is in its result. It contains only ids and numbers, never the text.
 *
 * @param query - query of the document's address, which alone identifies the result
 */
export function describeCopied(query: string, ranges: readonly Range[]): string {
  const numbers = ranges.map(({ start, end }) => [start.line, start.character, end.line, end.character]);
  return JSON.stringify({ query, ranges: numbers });
}

/** A source of a copied line: a line of a result, a complete result, or a command without a result. */
export interface CopiedSource {
  /** Query of the result's address. */
  readonly query: string;
  /** Line in the complete text, from 1. Undefined for the complete result. */
  readonly line?: number | undefined;
  /** Last line of a source of several lines. */
  readonly lastLine?: number | undefined;
  /** Set if the command has no readable result. */
  readonly isStatus?: true | undefined;
}

/** The run whose overview was copied, and how it was compared at that time. */
export interface CopiedRun {
  readonly key: string;
  /** Largest number of hosts on which a line was rare. */
  readonly most: number;
  /** Names of the rules that were applied. */
  readonly ignored: readonly string[];
}

/** Returns a description of the sources of lines that were copied from a page of this extension. */
export function describeSources(sources: readonly CopiedSource[], run?: CopiedRun): string {
  return JSON.stringify({ sources, ...(run === undefined ? {} : { run }) });
}
