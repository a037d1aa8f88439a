import type { PartStart } from '../../base/resultUri.ts';

/** A part of a text, without the text. */
export interface PartFacts {
  /** The place in the whole text where it begins, from 1. */
  readonly first: PartStart;
  /** The line that it ends in, from 1. */
  readonly lastLine: number;
  /** Size of its document, in bytes. */
  readonly documentBytes: number;
}

/** The parts of a text, or of a view of one: one part where it is shown whole. */
export interface TextParts {
  readonly documentBytes: number;
  readonly lines: number;
  readonly parts: readonly PartFacts[];
}
