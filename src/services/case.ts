import { userInfo } from 'node:os';
import type { ExtensionContext } from 'vscode';
import { ActiveCase, toRecorded } from '../case/activeCase.ts';
import { loadCaseTools } from '../lazy.ts';
import { tellRecordFailure } from '../messages/notices.ts';
import type { GroundServices } from './ground.ts';
import type { ResultServices } from './results.ts';

/** Services of the case. */
export interface CaseServices {
  readonly activeCase: ActiveCase;
}

export function createCaseServices(
  { workspaceState }: Pick<ExtensionContext, 'workspaceState'>,
  { log, policy, toolVersion }: Pick<GroundServices, 'log' | 'policy' | 'toolVersion'>,
  { store }: Pick<ResultServices, 'store'>,
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
  return { activeCase };
}
