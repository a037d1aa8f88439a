import type { Range } from '../base/places.ts';
import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';
import type { BuiltForm } from '../evidence/blocks/noteForms.ts';
import { refOf, wholeAddress } from '../base/resultUri.ts';
import type { ResultAddress } from '../base/resultUri.ts';
import { toEvidenceSource } from '../results/evidenceSource.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { SHORT_UNITS } from '../results/storedAnalysis.ts';
import type { NoteTexts } from './noteTexts.ts';

export interface EvidenceNotesParts {
  readonly store: Pick<ResultStore, 'facts' | 'analysis' | 'noteQuoted'>;
  readonly loadTexts: () => Promise<NoteTexts>;
  readonly toolVersion: string;
  /** Whether quotations are defanged. */
  readonly defangs: () => boolean;
}

/**
 * Builds quotations with their source from stored results. Never reads the text of an editor and never makes a call.
 */
export class EvidenceNotes {
  readonly #parts: EvidenceNotesParts;

  constructor(parts: EvidenceNotesParts) {
    this.#parts = parts;
  }

  /** Loads the functions that turn evidence into Markdown. They are in a separate bundle. */
  texts(): Promise<NoteTexts> {
    return this.#parts.loadTexts();
  }

  /**
   * Builds quotations with their sources. Long quotations are built in the analysis thread.
   *
   * @throws LiveResponseError `analysisStopped`, `cancelled`
   */
  async build(form: BuiltForm, evidence: readonly Evidence[], signal?: AbortSignal): Promise<string> {
    const units = evidence.reduce((sum, { quotation }) => sum + quotation.text.length, 0);
    if (units > SHORT_UNITS) return this.#parts.store.analysis.buildEvidence(form, evidence, signal);
    const { buildEvidence } = await this.texts();
    return buildEvidence(form, evidence);
  }

  /**
   * Cuts a quotation out of a stored text, and defangs the quotation if the setting says so.
   *
   * @param ranges - empty for a reference to the complete result, without a quotation
   * @param signal - stops the creation of a view that is no longer needed
   * @returns undefined if the result is not stored, or has no text of this kind
   */
  async evidence(
    address: ResultAddress,
    ranges: readonly Range[],
    signal?: AbortSignal,
  ): Promise<Evidence | undefined> {
    const { store, toolVersion, defangs } = this.#parts;
    const facts = await store.facts(address);
    const source = facts === undefined ? undefined : toEvidenceSource(facts, address.stream, toolVersion);
    if (source === undefined) return undefined;
    // A file that is not a script result is quoted without defanging, because the meaning of its text is unknown.
    const form = address.stream !== 'raw' && defangs() ? 'defanged' : 'asItIs';
    const { stream, view } = address;
    const quoted = await store.analysis.quoteText({ ref: refOf(address), stream, view, ranges }, form, signal);
    if (quoted === undefined) return undefined;
    store.noteQuoted(address);
    const { quotation, sha256 } = quoted;
    if (view === undefined) return { source, quotation };
    // For a view, the source gives the lines and the hash of the view, not of the text that the view was made from.
    const viewed = { lines: quotation.lineCount, sha256 };
    return { source: { ...source, address: wholeAddress(address), text: viewed }, quotation };
  }
}
