import type { ExtensionContext } from 'vscode';
import { Analysis } from '../analysis/analysis.ts';
import { loadNoteTexts, startAnalysisThread } from '../lazy.ts';
import { EvidenceNotes } from '../notes/evidenceNotes.ts';
import { EvidenceReports } from '../notes/evidenceReports.ts';
import { PinnedNotes } from '../notes/pinnedNotes.ts';
import { ResultService } from '../results/resultService.ts';
import { ResultStore } from '../results/resultStore.ts';
import { ResultSaves } from '../results/save/resultSaves.ts';
import { StoredSearch } from '../results/search/storedSearch.ts';
import type { GroundServices } from './ground.ts';
import type { TenantServices } from './tenant.ts';

/** Services for results, from fetching and storing to quotations in notes. */
export interface ResultServices {
  readonly store: ResultStore;
  /** Thread that reads stored texts for commands and views. */
  readonly analysis: Analysis;
  /** Thread that makes outlines, so that outlines and commands do not wait for each other. */
  readonly outlining: Analysis;
  /** Thread that holds the tables of open tabs. */
  readonly tabling: Analysis;
  readonly results: ResultService;
  readonly saves: ResultSaves;
  readonly search: StoredSearch;
  readonly notes: EvidenceNotes;
  readonly pinnedNotes: PinnedNotes;
  readonly reports: EvidenceReports;
}

/** Time after which the tables of open tabs are forgotten if no one looked at them, ms. They are then read again. */
const TABLES_IDLE_MS = 15 * 60_000;

export function createResultServices(
  context: ExtensionContext,
  { log, settings, worker, toolVersion }: GroundServices,
  { findSource, packs }: TenantServices,
): ResultServices {
  const analysis = new Analysis({ startThread: startAnalysisThread });
  // A person looks at a table for long, so its rows stay in memory longer than a view of a text.
  const tabling = new Analysis({ startThread: startAnalysisThread, idleMs: TABLES_IDLE_MS });
  const store = new ResultStore({ worker, analysis, tabling, rules: settings.storageRules });
  packs.onDidClose((tenant) => {
    store.deleteOf(tenant).catch((error: unknown) => {
      log.failure('closing a pack', error);
    });
  });
  return {
    store,
    analysis,
    tabling,
    outlining: new Analysis({ startThread: startAnalysisThread }),
    results: new ResultService({ store, findSource, maxBytes: settings.maxDownloadBytes }),
    saves: new ResultSaves(findSource),
    search: new StoredSearch(worker),
    notes: new EvidenceNotes({ store, loadTexts: loadNoteTexts, toolVersion, defangs: settings.defangsOnCopy }),
    pinnedNotes: new PinnedNotes(context.workspaceState),
    reports: new EvidenceReports(),
  };
}
