import { endsInFence } from '../evidence/blocks/noteBlocks.ts';
import { buildIndicatorNote } from '../evidence/blocks/indicatorNote.ts';
import { buildAuditNote } from '../evidence/audit/auditNote.ts';
import { buildCollectedNote, buildPackageNote, buildRunLine, buildStatusNote } from '../evidence/blocks/statusNote.ts';
import { buildEvidence } from '../evidence/blocks/noteForms.ts';
import { ENDINGS_VERSION } from '../evidence/indicators/publicEndings.ts';
import { compareEvidence } from './compareEvidence.ts';

/**
 * Functions that write evidence as Markdown and compare notes with stored results. This file is the entry point of the
 * bundle that contains these functions; see src/lazy.ts.
 */
export const noteTexts = {
  buildAuditNote,
  buildCollectedNote,
  buildEvidence,
  buildIndicatorNote,
  buildPackageNote,
  buildRunLine,
  buildStatusNote,
  compareEvidence,
  endsInFence,
  /** Version of the list of domain endings. Written to the log. */
  endingsVersion: ENDINGS_VERSION,
} as const;

export type NoteTexts = typeof noteTexts;
