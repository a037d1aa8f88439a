import type { ExtensionContext } from 'vscode';
import { Analysis } from '../analysis/analysis.ts';
import { loadNoteTexts, startAnalysisThread } from '../lazy.ts';
import { EvidenceNotes } from '../notes/evidenceNotes.ts';
import { EvidenceReports } from '../notes/evidenceReports.ts';
import { PinnedNotes } from '../notes/pinnedNotes.ts';
import { maxDownloadBytes, storageRules } from '../platform/config.ts';
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
  readonly results: ResultService;
  readonly saves: ResultSaves;
  readonly search: StoredSearch;
  readonly notes: EvidenceNotes;
  readonly pinnedNotes: PinnedNotes;
  readonly reports: EvidenceReports;
}

export function createResultServices(
  context: ExtensionContext,
  { worker, toolVersion }: GroundServices,
  { findSource }: TenantServices,
): ResultServices {
  const analysis = new Analysis({ startThread: startAnalysisThread });
  const store = new ResultStore({ worker, analysis, rules: storageRules });
  return {
    store,
    analysis,
    outlining: new Analysis({ startThread: startAnalysisThread }),
    results: new ResultService({ store, findSource, maxBytes: maxDownloadBytes }),
    saves: new ResultSaves(findSource),
    search: new StoredSearch(worker),
    notes: new EvidenceNotes({ store, loadTexts: loadNoteTexts, toolVersion }),
    pinnedNotes: new PinnedNotes(context.workspaceState),
    reports: new EvidenceReports(),
  };
}
