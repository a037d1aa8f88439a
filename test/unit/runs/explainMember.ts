import { reasonsOfMember } from '../../../src/model/noResultReasons.ts';
import type { ExplainMember } from '../../../src/runs/runRows.ts';

/** Explains hosts as a window does that has loaded none of their actions. */
export const explainMember: ExplainMember = (_tenant, member, failure) =>
  reasonsOfMember(member, failure, { machine: undefined, askedAt: undefined }, Date.now());
