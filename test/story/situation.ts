import type { NoResultCode } from '../../src/model/noResultReasons.ts';
import type { ActionPlan } from '../../src/sample/data/plan.ts';
import type { FaultAction } from '../tenant/faults.ts';

/** A situation without a result. The local tenant produces it, and the product's own client meets it. */
export interface Situation {
  /** Description for the document. It is unique. */
  readonly what: string;
  readonly plan: Omit<ActionPlan, 'key'>;
  /** Index of the command; 0 by default. */
  readonly index?: number;
  /** Whether the device's record is asked for. */
  readonly asks?: true;
  /** Whether the result is fetched, and what answers instead of the tenant. */
  readonly fetches?: { readonly call: 'link' | 'get'; readonly action?: FaultAction } | { readonly blob: FaultAction };
  /** Codes of the reasons, in their order. */
  readonly codes: readonly NoResultCode[];
}

/** Answer of the API with its error envelope (api-facts §5). */
export function refusal(status: number, code: string, message: string): FaultAction {
  const target = '5d7a1f2e-8c34-4f6b-9a70-1f0e6a2b3c4d';
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error: { code, message, target } }),
  };
}
