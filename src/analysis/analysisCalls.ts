import type { Range } from '../base/places.ts';
import type { DefangedText } from '../evidence/indicators/defang.ts';
import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';
import type { Indicator } from '../evidence/indicators/indicator.ts';
import type { BuiltForm } from '../evidence/blocks/noteForms.ts';
import type { OutlineItem } from '../evidence/outline/outlineItem.ts';
import type { Suggestion } from '../evidence/readings/suggestReadings.ts';
import type { PartStart } from '../base/resultUri.ts';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import type { OneSidedLines } from '../evidence/compare/oneSided.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';
import type { ComparedNames, ComparisonName } from './comparisons.ts';
import type { CopiedText } from './copyAsItIs.ts';
import type { CopyRules } from './copyText.ts';
import type { Packed } from './packed.ts';
import type { QuotedText } from './quoteAsItIs.ts';
import type { QuoteRules } from './quoteText.ts';
import type {
  ColumnRef,
  ColumnValue,
  ShownRow,
  StackedRow,
  TableHost,
  TableQuery,
  TableSummary,
  TableView,
} from './tables/tableQuery.ts';

/** A packed transcript that is compared with another one. */
export interface PackedSide {
  readonly transcript: Packed;
  /** The device's own names. */
  readonly names: readonly string[];
}

/** A requested view of a text: its key, and its source if the thread does not hold the view. */
export interface AskedView {
  /** Distinguishes the view from every other view of every other file. */
  readonly key: string;
  /** Undefined if {@link AnalysisCalls.holdsView} answered that the thread holds the view. */
  readonly source: Packed | undefined;
}

/** The requests that the analysis thread answers, with their arguments and answers. The thread reads no database. */
export interface AnalysisCalls {
  /** Returns the indicators of a packed text or a view, or of ranges of it. */
  readonly indicators: { args: [text: Packed | AskedView, ranges: readonly Range[] | undefined]; answer: Indicator[] };
  /**
   * Returns the outline of a document's bytes, or undefined if the format of the text is unknown. Lines of the outline
   * are lines of the document, from 0.
   */
  readonly outline: { args: [document: Uint8Array]; answer: readonly OutlineItem[] | undefined };
  /** Returns the text for the clipboard, from a packed text or from a view. */
  readonly copyText: { args: [text: Packed | AskedView, rules: CopyRules]; answer: CopiedText };
  /** Returns a quotation from a packed text, or from a view. */
  readonly quoteText: { args: [text: Packed | AskedView, rules: QuoteRules]; answer: QuotedText };
  /** Returns the text of a note for quotations and their sources. */
  readonly buildEvidence: { args: [form: BuiltForm, evidence: readonly Evidence[]]; answer: string };
  /** Returns a text without clickable indicators. */
  readonly defang: { args: [text: string]; answer: DefangedText };
  /** Whether the thread holds a view. It holds only the view that was requested last. */
  readonly holdsView: { args: [key: string]; answer: boolean };
  /**
   * Suggests how a text was misread, the most likely suggestion first. The source is the file if it contains bytes of a
   * code page, else the text.
   */
  readonly suggestReadings: { args: [source: Packed, most: number]; answer: readonly Suggestion[] };
  readonly viewText: { args: [view: AskedView]; answer: string };
  /** Returns the complete view as UTF-8, to save it to a file. */
  readonly viewBytes: { args: [view: AskedView]; answer: Uint8Array<ArrayBuffer> };
  readonly viewParts: { args: [view: AskedView]; answer: TextParts };
  /**
   * Returns the document of a part of a view. Undefined if the view has no such part, or if the complete view is too
   * large to be shown.
   */
  readonly viewDocument: {
    args: [view: AskedView, part: PartStart | 'whole' | undefined];
    answer: Uint8Array<ArrayBuffer> | undefined;
  };
  /** Adds packed transcripts to a comparison. Begins the comparison if it is not the latest comparison. */
  readonly compareResults: {
    args: [comparison: ComparisonName, transcripts: readonly Packed[], compared: readonly ComparedNames[]];
    answer: undefined;
  };
  /**
   * Returns the findings of the comparison so far. Undefined if another comparison was begun in the meantime, or if the
   * thread was started again.
   */
  readonly comparison: { args: [comparison: ComparisonName, most: number]; answer: RunComparison | undefined };
  /** Returns the lines that only one of two packed transcripts contains. */
  readonly oneSided: {
    args: [first: PackedSide, second: PackedSide, rules: NormaliseRules];
    answer: readonly [OneSidedLines, OneSidedLines];
  };
  /** Adds the tables of a packed transcript to the tables of a tab. Answers false if the thread lacks the earlier ones. */
  readonly addTables: { args: [tab: string, transcript: Packed, host: TableHost, begins: boolean]; answer: boolean };
  /** Adds the rows of an earlier result of the same script on the same host. */
  readonly addEarlier: { args: [tab: string, transcript: Packed, member: number]; answer: undefined };
  /** Lists the tables of a tab. All requests for tables answer undefined if the thread does not hold them. */
  readonly tableSummary: { args: [tab: string]; answer: TableSummary | undefined };
  readonly openTable: { args: [tab: string, query: TableQuery]; answer: TableView | undefined };
  /** Returns rows. Their cells are cut to `longest` characters, or to what can be shown. */
  readonly tableRows: {
    args: [tab: string, query: TableQuery, from: number, to: number, longest?: number];
    answer: readonly ShownRow[] | undefined;
  };
  readonly stackedRows: {
    args: [tab: string, query: TableQuery, from: number, to: number];
    answer: readonly StackedRow[] | undefined;
  };
  readonly columnValues: {
    args: [tab: string, query: TableQuery, column: ColumnRef, most: number];
    answer: readonly ColumnValue[] | undefined;
  };
  /** Answers the printed time of a cell; an empty text if its column holds no times. */
  readonly cellTime: {
    args: [tab: string, query: TableQuery, row: number, column: ColumnRef];
    answer: string | undefined;
  };
  readonly tableMembers: { args: [tab: string, query: TableQuery]; answer: readonly number[] | undefined };
  readonly closeTables: { args: [tab: string]; answer: undefined };
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
  /** Name and message of the error, for the log. Set if the request failed. */
  readonly failure?: string;
}

/** The first message of a thread. The thread sends it when all its modules are loaded. */
export const READY: AnalysisAnswer = { id: 0 };
