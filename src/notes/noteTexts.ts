import { endsInFence } from '../evidence/noteBlocks.ts';
import { buildIndicatorNote } from '../evidence/indicatorNote.ts';
import { buildEvidence } from '../evidence/noteForms.ts';

/** Everything that writes Markdown. This file is the way into the bundle that holds it: see src/lazy.ts. */
export const noteTexts = {
  buildEvidence,
  buildIndicatorNote,
  endsInFence,
} as const;

export type NoteTexts = typeof noteTexts;
