import { endsInFence } from '../evidence/noteBlocks.ts';
import { buildIndicatorNote } from '../evidence/indicatorNote.ts';
import { buildEvidence } from '../evidence/noteForms.ts';
import { placeNote } from './placeNote.ts';

/** Everything that writes Markdown. This file is the way into the bundle that holds it: see src/lazy.ts. */
export const noteTexts = {
  buildEvidence,
  buildIndicatorNote,
  endsInFence,
  placeNote,
} as const;

export type NoteTexts = typeof noteTexts;
