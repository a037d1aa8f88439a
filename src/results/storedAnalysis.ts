import type { LineRange, Range } from '../base/places.ts';
import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';
import type { Indicator } from '../evidence/indicators/indicator.ts';
import type { Suggestion } from '../evidence/readings/suggestReadings.ts';
import { spansOf } from '../evidence/large/groupSections.ts';
import type { BuiltForm } from '../evidence/blocks/noteForms.ts';
import { buildQuery, wholeAddress } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../base/resultUri.ts';
import { normaliseRulesOf } from '../base/textView.ts';
import type { TextView } from '../base/textView.ts';
import type { Analysis, AskAnalysis } from '../analysis/analysis.ts';
import type { AskedView } from '../analysis/analysisCalls.ts';
import type { ComparedNames, ComparisonName } from '../analysis/comparisons.ts';
import { copyAsItIs } from '../analysis/copyAsItIs.ts';
import type { CopiedText } from '../analysis/copyAsItIs.ts';
import type { CopyRules } from '../analysis/copyText.ts';
import type { Packed } from '../analysis/packed.ts';
import { quoteAsItIs } from '../analysis/quoteAsItIs.ts';
import type { QuotedText } from '../analysis/quoteAsItIs.ts';
import type { QuoteRules } from '../analysis/quoteText.ts';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import type { OneSidedLines } from '../evidence/compare/oneSided.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';

/** Provides stored texts, packed for the analysis thread. Each function returns undefined if there is no such text. */
export interface PackedSource {
  readonly facts: (ref: ResultRef) => Promise<StoredFacts | undefined>;
  /** Returns a text that is short enough to be read in the calling thread. */
  readonly short: (ref: ResultRef, stream: ResultStream) => Promise<string | undefined>;
  readonly text: (
    ref: ResultRef,
    stream: ResultStream,
    lines: readonly LineRange[] | undefined,
  ) => Promise<Packed | undefined>;
  readonly view: (ref: ResultRef, stream: ResultStream, view: TextView) => Promise<Packed | undefined>;
  readonly transcript: (ref: ResultRef) => Promise<Packed | undefined>;
}

/**
 * Largest text that is read in the calling thread, in UTF-16 units. For a shorter text, starting a thread would take
 * longer than the work. Work that needs indicators always runs in the analysis thread, because only that thread has the
 * list of domain endings.
 */
export const SHORT_UNITS = 64 * 1024;
/**
 * Maximum time for adding results to a comparison, ms. Other results of the run wait until then. The same for a view
 * with an expression of a user: a note of somebody else can name one.
 */
const COMPARE_LIMIT_MS = 5000;

/** Maximum number of suggested readings. It is small, because a person looks at each suggestion. */
const MOST_SUGGESTED = 3;

/** A result of a run that is compared with the others. */
export interface ComparedResult {
  readonly ref: ResultRef;
  readonly compared: ComparedNames;
}

/** A result, with the device's own names. */
export interface NamedResult {
  readonly ref: ResultRef;
  readonly names: readonly string[];
}

/** A view of one text of a result. */
export type ViewAddress = ResultAddress & { readonly view: TextView };

/** Whether an address is that of a view. */
export function isViewAddress(address: ResultAddress): address is ViewAddress {
  return address.view !== undefined;
}

/** A request for a text of a result, or for ranges of it. */
export interface AskedText {
  readonly ref: ResultRef;
  readonly stream: ResultStream;
  readonly view?: TextView | undefined;
  /** Undefined for the complete text. */
  readonly ranges: readonly Range[] | undefined;
}

/**
 * Reads stored texts with regular expressions. The store packs a text, this thread passes it on without reading it, and
 * the analysis thread reads it. So a device's output can delay neither the store nor the window.
 */
export class StoredAnalysis {
  readonly #source: PackedSource;
  readonly #analysis: Pick<Analysis, 'run'>;

  constructor(source: PackedSource, analysis: Pick<Analysis, 'run'>) {
    this.#source = source;
    this.#analysis = analysis;
  }

  /**
   * Finds the indicators of a text as it was received, or of a view. The ranges are those of the text or the view.
   *
   * @throws LiveResponseError `analysisStopped`, `textTooLarge`, `cancelled`
   */
  indicators(asked: AskedText, signal?: AbortSignal): Promise<Indicator[] | undefined> {
    const ranges = asked.ranges?.map(plain);
    return this.#read(asked, signal, {
      here: undefined,
      there: (ask, text) => ask('indicators', text, ranges),
    });
  }

  /** Creates the clipboard's text. @throws LiveResponseError `analysisStopped`, `textTooLarge`, `cancelled` */
  copyText(asked: AskedText, form: CopyRules['form'], signal?: AbortSignal): Promise<CopiedText | undefined> {
    const rules: CopyRules = { ranges: asked.ranges?.map(plain), form };
    return this.#read(asked, signal, {
      here: form === 'asItIs' ? (text) => copyAsItIs(text, rules.ranges) : undefined,
      there: (ask, text) => ask('copyText', text, rules),
    });
  }

  /** Cuts a quotation. @throws LiveResponseError `analysisStopped`, `textTooLarge`, `cancelled` */
  quoteText(
    asked: AskedText & { readonly ranges: readonly Range[] },
    form: QuoteRules['form'],
    signal?: AbortSignal,
  ): Promise<QuotedText | undefined> {
    const rules: QuoteRules = { ranges: asked.ranges.map(plain), form };
    return this.#read(asked, signal, {
      here: form === 'asItIs' ? (text) => quoteAsItIs(text, rules.ranges) : undefined,
      there: (ask, text) => ask('quoteText', text, rules),
    });
  }

  /** Builds the text of a note from quotations and sources. @throws LiveResponseError `analysisStopped`, `cancelled` */
  buildEvidence(form: BuiltForm, evidence: readonly Evidence[], signal?: AbortSignal): Promise<string> {
    return this.#analysis.run((ask) => ask('buildEvidence', form, evidence), { signal });
  }

  /**
   * Suggests how a text was misread, the most likely suggestion first.
   *
   * @throws LiveResponseError `analysisStopped`, `textTooLarge`, `cancelled`
   */
  async suggestReadings(ref: ResultRef, stream: ResultStream, signal?: AbortSignal): Promise<readonly Suggestion[]> {
    const suggested = await this.#analysis.run(
      async (ask) => {
        // The source is the same for every code page, so any code page can be named here. The source is the file if it
        // contains bytes of a code page, else the text.
        const source = await this.#source.view(ref, stream, 'cp437');
        return source && ask('suggestReadings', source, MOST_SUGGESTED);
      },
      { signal },
    );
    return suggested ?? [];
  }

  viewText(address: ViewAddress, signal?: AbortSignal): Promise<string | undefined> {
    return this.#withView(address, signal, (ask, view) => ask('viewText', view));
  }

  /** Creates a complete view as UTF-8. */
  viewBytes(address: ViewAddress, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#withView(address, signal, (ask, view) => ask('viewBytes', view));
  }

  viewParts(address: ViewAddress, signal?: AbortSignal): Promise<TextParts | undefined> {
    return this.#withView(address, signal, (ask, view) => ask('viewParts', view));
  }

  /** Creates the document of a view, or of a part of a view. */
  viewDocument(address: ViewAddress, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#withView(address, signal, (ask, view) => ask('viewDocument', view, address.part));
  }

  /**
   * Adds stored results to a comparison. Those that are not stored, or are no results of scripts, are left out. They are
   * read before the analysis thread is asked for, so that one call can read while another compares.
   */
  async compareResults(
    comparison: ComparisonName,
    wanted: readonly ComparedResult[],
    signal?: AbortSignal,
  ): Promise<void> {
    const transcripts = await Promise.all(wanted.map(({ ref }) => this.#source.transcript(ref)));
    const found = wanted.flatMap(({ compared }, at) => {
      const transcript = transcripts[at];
      return transcript === undefined ? [] : [{ transcript, compared }];
    });
    await this.#analysis.run(
      (ask) =>
        ask(
          'compareResults',
          comparison,
          found.map(({ transcript }) => transcript),
          found.map(({ compared }) => compared),
        ),
      { signal, limitMs: COMPARE_LIMIT_MS },
    );
  }

  /** Returns the findings of a comparison so far, or undefined if it must start from the beginning. */
  comparison(comparison: ComparisonName, most: number): Promise<RunComparison | undefined> {
    return this.#analysis.run((ask) => ask('comparison', comparison, most));
  }

  /**
   * Returns the lines that only one of two stored results contains; undefined if one of them is not stored, or is stored
   * in pieces.
   *
   * @throws LiveResponseError `analysisStopped`, `cancelled`
   */
  oneSided(
    [first, second]: readonly [NamedResult, NamedResult],
    rules: NormaliseRules,
    signal?: AbortSignal,
  ): Promise<readonly [OneSidedLines, OneSidedLines] | undefined> {
    return this.#analysis.run(
      async (ask) => {
        const [one, other] = [await this.#source.transcript(first.ref), await this.#source.transcript(second.ref)];
        if (one === undefined || other === undefined) return undefined;
        return ask(
          'oneSided',
          { transcript: one, names: first.names },
          { transcript: other, names: second.names },
          rules,
        );
      },
      { signal },
    );
  }

  /** Reads a short text in the calling thread. Reads any other text, and all views, in the analysis thread. */
  async #read<Answer>(
    { ref, stream, view, ranges }: AskedText,
    signal: AbortSignal | undefined,
    read: {
      /** Undefined if only the analysis thread has the data that the work needs. */
      readonly here: ((text: string) => Answer) | undefined;
      readonly there: (ask: AskAnalysis, text: Packed | AskedView) => Promise<Answer>;
    },
  ): Promise<Answer | undefined> {
    if (view !== undefined) return this.#withView({ ...ref, stream, view }, signal, read.there);
    const facts = await this.#source.facts(ref);
    const known = stream === 'raw' ? facts?.raw : facts?.transcript?.[stream];
    if (known === undefined) return undefined;
    if (read.here !== undefined && known.length <= SHORT_UNITS) {
      const text = await this.#source.short(ref, stream);
      return text === undefined ? undefined : read.here(text);
    }
    return this.#analysis.run(
      async (ask) => {
        const text = await this.#source.text(ref, stream, ranges === undefined ? undefined : spansOf(ranges));
        return text && read.there(ask, text);
      },
      { signal },
    );
  }

  /**
   * Runs work on a view in the analysis thread. The thread holds the view that was requested last. For any other view,
   * its source is packed and sent.
   */
  #withView<Answer>(
    address: ViewAddress,
    signal: AbortSignal | undefined,
    use: (ask: AskAnalysis, view: AskedView) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    return this.#analysis.run(
      async (ask) => {
        const facts = await this.#source.facts(address);
        if (facts === undefined) return undefined;
        const key = `${facts.sha256} ${buildQuery(wholeAddress(address))}`;
        if (await ask('holdsView', key)) return use(ask, { key, source: undefined });
        const source = await this.#source.view(address, address.stream, address.view);
        return source && use(ask, { key, source });
      },
      { signal, ...(normaliseRulesOf(address.view)?.own === undefined ? {} : { limitMs: COMPARE_LIMIT_MS }) },
    );
  }
}

/** Copies a range, because VS Code's range objects cannot be sent to a thread. */
function plain({ start, end }: Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
