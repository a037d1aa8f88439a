import type { PartStart } from '../../base/resultUri.ts';

/** A part of a text, without the text. */
export interface PartFacts {
  /** Where it begins in the whole, from 1. */
  readonly first: PartStart;
  /** The line that it ends in, from 1. */
  readonly lastLine: number;
  /** Size of its document. */
  readonly documentBytes: number;
}

/** How a text, or a view of one, is divided: into one part where it is shown whole. */
export interface TextParts {
  readonly documentBytes: number;
  readonly lines: number;
  readonly parts: readonly PartFacts[];
}
