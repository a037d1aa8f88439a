import { endsInFence } from '../evidence/blocks/noteBlocks.ts';
import { buildIndicatorNote } from '../evidence/blocks/indicatorNote.ts';
import { buildEvidence } from '../evidence/blocks/noteForms.ts';
import { ENDINGS_VERSION } from '../evidence/indicators/publicEndings.ts';
import { compareEvidence } from './compareEvidence.ts';

/**
 * Functions that write Markdown and compare it with its source. This file is the entry of the bundle that holds them;
 * see src/lazy.ts.
 */
export const noteTexts = {
  buildEvidence,
  buildIndicatorNote,
  compareEvidence,
  endsInFence,
  /** Version of the list of domain endings, for the log. */
  endingsVersion: ENDINGS_VERSION,
} as const;

export type NoteTexts = typeof noteTexts;
