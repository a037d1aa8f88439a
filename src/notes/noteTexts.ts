import { endsInFence } from '../evidence/blocks/noteBlocks.ts';
import { buildIndicatorNote } from '../evidence/blocks/indicatorNote.ts';
import { buildEvidence } from '../evidence/blocks/noteForms.ts';
import { ENDINGS_VERSION } from '../evidence/indicators/publicEndings.ts';
import { compareEvidence } from './compareEvidence.ts';

/** Everything that writes Markdown, and compares what it wrote. This file is the way into the bundle that holds it: see src/lazy.ts. */
export const noteTexts = {
  buildEvidence,
  buildIndicatorNote,
  compareEvidence,
  endsInFence,
  /** The list of endings that domains are known by, for the log. */
  endingsVersion: ENDINGS_VERSION,
} as const;

export type NoteTexts = typeof noteTexts;
