import type { DefangedText } from '../evidence/indicators/defang.ts';
import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';
import type { Indicator } from '../evidence/indicators/indicator.ts';
import type { BuiltForm } from '../evidence/blocks/noteForms.ts';
import type { OutlineItem } from '../evidence/outline/outlineItem.ts';
import type { Suggestion } from '../evidence/readings/suggestReadings.ts';
import type { Range } from '../evidence/text/lines.ts';
import type { PartStart } from '../base/resultUri.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';
import type { ComparedNames, ComparisonName } from './comparisons.ts';
import type { CopiedText } from './copyAsItIs.ts';
import type { CopyRules } from './copyText.ts';
import type { Packed } from './packed.ts';
import type { QuotedText } from './quoteAsItIs.ts';
import type { QuoteRules } from './quoteText.ts';

/** A view of a text: its key, and its source where the thread does not hold the view. */
export interface AskedView {
  /** Distinguishes the view from every other view of every other file. */
  readonly key: string;
  /** Undefined where {@link AnalysisCalls.holdsView} answered that it is there. */
  readonly source: Packed | undefined;
}

/** The requests that the analysis thread answers, with their arguments and answers. The thread reads no database. */
export interface AnalysisCalls {
  /** The indicators of a packed text, or of ranges of it. */
  readonly indicators: { args: [text: Packed, ranges: readonly Range[] | undefined]; answer: Indicator[] };
  /** The outline of a document's bytes, where its shape is known. Lines are the document's, from 0. */
  readonly outline: { args: [document: Uint8Array]; answer: readonly OutlineItem[] | undefined };
  /** The copy of a packed text, or of a view. */
  readonly copyText: { args: [text: Packed | AskedView, rules: CopyRules]; answer: CopiedText };
  /** A quotation from a packed text, or from a view. */
  readonly quoteText: { args: [text: Packed | AskedView, rules: QuoteRules]; answer: QuotedText };
  /** Quotations with their sources, as they stand in a note. */
  readonly buildEvidence: { args: [form: BuiltForm, evidence: readonly Evidence[]]; answer: string };
  /** A text without anything to click on. */
  readonly defang: { args: [text: string]; answer: DefangedText };
  /** Whether the thread holds a view. It holds only the one that was requested last. */
  readonly holdsView: { args: [key: string]; answer: boolean };
  /** Suggestions how a text was misread, the likeliest first. The source is that of a view of a code page. */
  readonly suggestReadings: { args: [source: Packed, most: number]; answer: readonly Suggestion[] };
  readonly viewText: { args: [view: AskedView]; answer: string };
  /** The whole view as UTF-8, for a file. */
  readonly viewBytes: { args: [view: AskedView]; answer: Uint8Array<ArrayBuffer> };
  readonly viewParts: { args: [view: AskedView]; answer: TextParts };
  /** The document of a part of a view. Undefined where it has no such part, or is too large to be shown whole. */
  readonly viewDocument: {
    args: [view: AskedView, part: PartStart | 'whole' | undefined];
    answer: Uint8Array<ArrayBuffer> | undefined;
  };
  /** Adds a packed transcript to a comparison. Begins the comparison where it is not the latest one. */
  readonly compareResult: {
    args: [comparison: ComparisonName, transcript: Packed, compared: ComparedNames];
    answer: undefined;
  };
  /** The findings of the comparison so far. Undefined where another one was begun since, or the thread is a new one. */
  readonly comparison: { args: [comparison: ComparisonName, most: number]; answer: RunComparison | undefined };
}

export type AnalysisMethod = keyof AnalysisCalls;

export type AnalysisHandlers = {
  readonly [Method in AnalysisMethod]: (...args: AnalysisCalls[Method]['args']) => AnalysisCalls[Method]['answer'];
};

export interface AnalysisRequest {
  readonly id: number;
  readonly method: AnalysisMethod;
  readonly args: readonly unknown[];
}

export interface AnalysisAnswer {
  readonly id: number;
  readonly answer?: unknown;
  /** Name and message of the error, for the log. */
  readonly failure?: string;
}

/** The first message of a thread, sent when it has loaded what it needs. */
export const READY: AnalysisAnswer = { id: 0 };
