import { endsInFence } from '../evidence/noteBlocks.ts';
import { buildIndicatorNote } from '../evidence/indicatorNote.ts';
import { buildEvidence } from '../evidence/noteForms.ts';
import { ENDINGS_VERSION } from '../evidence/recognise/publicEndings.ts';
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
