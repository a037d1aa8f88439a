import type { Run } from '../../../src/model/run.ts';
import type { RowState, RunRow } from '../../../src/runs/runRows.ts';

/** A run, as far as the rows of an export name it. */
export const WORDS: Pick<Run, 'key' | 'words'> = {
  key: 'run-1',
  words: { script: 'collect.ps1', args: '-All', comment: '' },
};

/** A row of a run without stored facts. */
export function runRow(state: RowState): RunRow {
  const actionId = '11111111-2222-3333-4444-555555555555';
  return {
    member: {
      actionId,
      commandIndex: 0,
      machineId: 'm-1',
      device: 'ws-1.example',
      host: 'ws-1',
      createdAt: '2026-11-28T22:47:00Z',
      actionStatus: 'Succeeded',
      commandStatus: 'Completed',
      commandErrors: [],
      result: 'transcript',
    },
    ref: { cloud: 'commercial', tenantId: '99999999-2222-3333-4444-555555555555', actionId, commandIndex: 0 },
    state,
    facts: undefined,
    failure: undefined,
    reasons: [],
  };
}
