import { userInfo } from 'node:os';
import { RelativePattern, Uri, window, workspace } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { ActiveCase, toRecorded } from '../case/activeCase.ts';
import { CaseMarks } from '../case/marks/caseMarks.ts';
import type { SendStampQuery } from '../defender/transport.ts';
import { loadCaseTools, loadStampSender } from '../lazy.ts';
import { tellRecordFailure } from '../messages/notices.ts';
import type { GroundServices } from './ground.ts';
import type { ResultServices } from './results.ts';
import type { TenantServices } from './tenant.ts';

/** Services of the case. */
export interface CaseServices {
  readonly activeCase: ActiveCase;
  /** Marks of its results. */
  readonly marks: CaseMarks;
  readonly sendStampQuery: SendStampQuery;
  /** Origins of the authorities for time stamps that the person allowed to be asked in this window. */
  readonly allowedAuthorities: Set<string>;
}

export function createCaseServices(
  { workspaceState }: Pick<ExtensionContext, 'workspaceState'>,
  { log, policy, toolVersion }: Pick<GroundServices, 'log' | 'policy' | 'toolVersion'>,
  { store, packs }: Pick<ResultServices, 'store'> & Pick<TenantServices, 'packs'>,
): CaseServices {
  const activeCase = new ActiveCase({
    state: { get: (key) => workspaceState.get(key), update: (key, value) => workspaceState.update(key, value) },
    loadTools: loadCaseTools,
    toolVersion,
    user: () => userInfo().username,
    isAllowed: () => policy.isAllowed('record'),
    onFailure: (error) => {
      tellRecordFailure(error, log);
    },
  });
  store.onDidReceive((facts) => {
    activeCase.noteReceived(facts);
  });
  store.onDidFindDamage((facts) => {
    activeCase.note({ what: 'damaged', results: [toRecorded(facts)] });
  });
  const marks = new CaseMarks({
    activeCase,
    watch: watchMarks,
    onFailure: (error) => {
      log.failure('reading the marks of the case', error);
    },
  });
  packs.onDidClose((tenant) => {
    marks.forgetPack(tenant);
  });
  return {
    activeCase,
    marks,
    sendStampQuery: async (query) => (await loadStampSender())(query),
    allowedAuthorities: new Set(),
  };
}

/** Tells when a file of marks in a case's folder changes. Colleagues and other windows write there. */
function watchMarks(folder: string, changed: () => void): { readonly dispose: () => unknown } {
  const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(folder), 'marks/*.jsonl'));
  watcher.onDidCreate(changed);
  watcher.onDidChange(changed);
  watcher.onDidDelete(changed);
  // Shares do not tell of every change.
  const focus = window.onDidChangeWindowState(({ focused }) => {
    if (focused) changed();
  });
  return {
    dispose: () => {
      focus.dispose();
      watcher.dispose();
    },
  };
}
