import type { ResultRef } from '../../base/resultUri.ts';
import { UNKNOWN_ACTION, UNKNOWN_SUBJECT } from '../../model/machineAction.ts';
import type { RunRow } from '../runRows.ts';
import { toMember } from '../runs.ts';

/** Returns the row of a result of which nothing but its name in the case is known. */
export function namedRow(ref: ResultRef): RunRow {
  const command = {
    ...{ index: ref.commandIndex, commandStatus: '', errors: [], startTime: null, endTime: null },
    command: { type: '', params: [] },
  };
  return {
    // Not those of the others.
    member: {
      ...toMember({ ...UNKNOWN_ACTION, id: ref.actionId }, command),
      script: UNKNOWN_SUBJECT,
      args: '',
      comment: '',
    },
    ref,
    state: 'failed',
    facts: undefined,
    failure: undefined,
    reasons: [
      {
        code: 'packSaid',
        source: 'seen',
        values: { why: 'the case names it; it is not stored where the pack was written' },
      },
    ],
  };
}
