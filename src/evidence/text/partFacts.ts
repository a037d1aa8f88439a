import type { PartStart } from '../../base/resultUri.ts';

/** Facts about a part of a text, without its text. */
export interface PartFacts {
  /** The place in the complete text where the part begins, from 1. */
  readonly first: PartStart;
  /** The line of the complete text in which the part ends, from 1. */
  readonly lastLine: number;
  /** Size of the part's document, in bytes. */
  readonly documentBytes: number;
}

/** The parts of a text, or of a view of a text. A text of usual size has a single part. */
export interface TextParts {
  readonly documentBytes: number;
  readonly lines: number;
  readonly parts: readonly PartFacts[];
}
