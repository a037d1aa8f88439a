import { defang } from '../evidence/indicators/defang.ts';
import { collectIndicators } from '../evidence/indicators/indicators.ts';
import { buildEvidence } from '../evidence/blocks/noteForms.ts';
import { outlineLines } from '../evidence/outline/outline.ts';
import type { OutlineItem } from '../evidence/outline/outlineItem.ts';
import { findOneSided } from '../evidence/compare/oneSided.ts';
import type { ComparedSide } from '../evidence/compare/oneSided.ts';
import type { AnalysisHandlers, AskedView, PackedSide } from './analysisCalls.ts';
import { Comparisons } from './comparisons.ts';
import type { ComparedTranscript } from './comparisons.ts';
import { copyText } from './copyText.ts';
import { unpack, unpackText } from './packed.ts';
import type { Packed } from './packed.ts';
import { quoteText } from './quoteText.ts';
import { Tables } from './tables/tables.ts';
import type { TableTranscript } from './tables/tables.ts';
import { suggestFor, ViewTexts } from './viewTexts.ts';
import type { ViewSource } from './viewTexts.ts';

/**
 * Creates the handlers of the analysis thread, without the thread. The handlers are pure, except that they keep the
 * latest view and comparison for speed.
 */
export function createAnalysisHandlers(): AnalysisHandlers {
  const views = new ViewTexts();
  const comparisons = new Comparisons();
  const tables = new Tables();
  const given = (text: Packed | AskedView): string =>
    text instanceof Uint8Array ? unpackText(text) : views.find(text).text;
  return {
    indicators: (text, ranges) => collectIndicators(given(text), ranges),
    outline: outlineDocument,
    copyText: (text, rules) => copyText(given(text), rules),
    quoteText: (text, rules) => quoteText(given(text), rules),
    buildEvidence,
    defang,
    holdsView: (key) => views.holds(key),
    suggestReadings: (source, most) => suggestFor(unpack(source) as ViewSource, most),
    viewText: (view) => views.find(view).text,
    viewBytes: (view) => new TextEncoder().encode(views.find(view).text),
    viewParts: (view) => views.find(view).facts(),
    viewDocument: (view, part) => views.find(view).document(part),
    compareResults: (comparison, transcripts, compared) => {
      for (const [at, names] of compared.entries()) {
        const transcript = transcripts[at];
        if (transcript !== undefined) comparisons.add(comparison, unpack(transcript) as ComparedTranscript, names);
      }
      return undefined;
    },
    comparison: (comparison, most) => comparisons.compare(comparison, most),
    oneSided: (first, second, rules) => findOneSided(unpackSide(first), unpackSide(second), rules),
    addTables: (tab, transcript, host, begins) => tables.add(tab, unpack(transcript) as TableTranscript, host, begins),
    addEarlier: (tab, transcript, member) => {
      tables.addEarlier(tab, unpack(transcript) as TableTranscript, member);
    },
    tableSummary: (tab) => tables.summary(tab),
    openTable: (tab, query) => tables.open(tab, query),
    tableRows: (tab, query, from, to, longest) => tables.rows(tab, query, from, to, longest),
    stackedRows: (tab, query, from, to) => tables.stacked(tab, query, from, to),
    columnValues: (tab, query, column, most) => tables.values(tab, query, column, most),
    cellTime: (tab, query, row, column) => tables.time(tab, query, row, column),
    tableMembers: (tab, query) => tables.members(tab, query),
    closeTables: (tab) => {
      tables.close(tab);
    },
  };
}

function unpackSide({ transcript, names }: PackedSide): ComparedSide {
  const { output, errors } = unpack(transcript) as ComparedTranscript;
  return { output, errors, names };
}

function outlineDocument(document: Uint8Array): readonly OutlineItem[] | undefined {
  // The decoder removes the byte order mark. The text is split at the line ends that an editor counts.
  return outlineLines(new TextDecoder().decode(document).split(/\r\n|\r|\n/u));
}
