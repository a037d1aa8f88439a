import { tenantKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { FoundPage, FoundRow } from '../../storage/foundTable.ts';
import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';

type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

/** Requests about machine actions that windows share with each other: see `FoundTable` in storage/foundTable.ts. */
export interface FoundCalls {
  readonly putFound: { args: [tenant: Tenant, found: readonly FoundRow[], option: KeepOption]; answer: undefined };
  readonly foundAfter: { args: [tenant: Tenant, place: number, since: number]; answer: FoundPage };
}

type Handlers = {
  readonly [Method in keyof FoundCalls]: (...args: FoundCalls[Method]['args']) => FoundCalls[Method]['answer'];
};

/** Creates the handlers of found actions. */
export function createFoundHandlers(records: SharedRecords): Handlers {
  return {
    putFound: (tenant, found, { keep }) => {
      records.putFound(tenantKey(tenant), found, { keep, now: Date.now() });
      return undefined;
    },
    foundAfter: (tenant, place, since) => records.foundAfter(tenantKey(tenant), place, since),
  };
}
