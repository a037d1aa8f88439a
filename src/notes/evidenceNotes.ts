import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';
import type { BuiltForm } from '../evidence/blocks/noteForms.ts';
import type { Range } from '../evidence/text/lines.ts';
import { refOf, wholeAddress } from '../base/resultUri.ts';
import type { ResultAddress } from '../base/resultUri.ts';
import { defangsOnCopy } from '../platform/config.ts';
import { toEvidenceSource } from '../results/evidenceSource.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { SHORT_UNITS } from '../results/storedAnalysis.ts';
import type { NoteTexts } from './noteTexts.ts';

export interface EvidenceNotesParts {
  readonly store: Pick<ResultStore, 'facts' | 'analysis' | 'noteQuoted'>;
  readonly loadTexts: () => Promise<NoteTexts>;
  readonly toolVersion: string;
}

/** Quotations with their source, from what is stored: never from an editor, and never for a call. */
export class EvidenceNotes {
  readonly #parts: EvidenceNotesParts;

  constructor(parts: EvidenceNotesParts) {
    this.#parts = parts;
  }

  /** What turns evidence into Markdown, in a bundle of its own. */
  texts(): Promise<NoteTexts> {
    return this.#parts.loadTexts();
  }

  /**
   * Builds quotations with their sources: long ones in the thread for analysis.
   * @throws LiveResponseError `analysisStopped`, `cancelled`
   */
  async build(form: BuiltForm, evidence: readonly Evidence[], signal?: AbortSignal): Promise<string> {
    const units = evidence.reduce((sum, { quotation }) => sum + quotation.text.length, 0);
    if (units > SHORT_UNITS) return this.#parts.store.analysis.buildEvidence(form, evidence, signal);
    const { buildEvidence } = await this.texts();
    return buildEvidence(form, evidence);
  }

  /**
   * Cuts a quotation out of a stored text, defanged where the settings say so.
   *
   * @param ranges - none: the result as a whole is meant, and nothing of it is quoted
   * @param signal - a view that is not needed any more is not made
   * @returns undefined where the result is not stored, or has no such text
   */
  async evidence(
    address: ResultAddress,
    ranges: readonly Range[],
    signal?: AbortSignal,
  ): Promise<Evidence | undefined> {
    const { store, toolVersion } = this.#parts;
    const facts = await store.facts(address);
    const source = facts === undefined ? undefined : toEvidenceSource(facts, address.stream, toolVersion);
    if (source === undefined) return undefined;
    // A file that is no result is quoted as it is: nobody knows what it means.
    const form = address.stream !== 'raw' && defangsOnCopy() ? 'defanged' : 'asItIs';
    const { stream, view } = address;
    const quoted = await store.analysis.quoteText({ ref: refOf(address), stream, view, ranges }, form, signal);
    if (quoted === undefined) return undefined;
    store.noteQuoted(address);
    const { quotation, sha256 } = quoted;
    if (view === undefined) return { source, quotation };
    // What is said of the text is said of the one that is quoted.
    const viewed = { lines: quotation.lineCount, sha256 };
    return { source: { ...source, address: wholeAddress(address), text: viewed }, quotation };
  }
}
