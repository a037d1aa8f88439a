import type { DatabaseSync } from 'node:sqlite';
import { tenantKey } from '../../evidence/uri.ts';
import type { ResultRef } from '../../evidence/uri.ts';
import { FOUND_SCHEMA, MemoryFoundTable, SqliteFoundTable } from '../../storage/foundTable.ts';
import type { FoundPage, FoundRow, FoundTable } from '../../storage/foundTable.ts';

type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

/** What windows tell each other about machine actions: see `FoundTable` in storage/foundTable.ts. */
export interface FoundCalls {
  readonly putFound: { args: [tenant: Tenant, found: readonly FoundRow[]]; answer: undefined };
  readonly foundAfter: { args: [tenant: Tenant, place: number, since: number]; answer: FoundPage };
}

interface FoundHandlers {
  readonly openIn: (shared: DatabaseSync) => void;
  readonly handlers: {
    readonly [Method in keyof FoundCalls]: (...args: FoundCalls[Method]['args']) => FoundCalls[Method]['answer'];
  };
}

export function createFoundHandlers(): FoundHandlers {
  let table: FoundTable = new MemoryFoundTable();
  return {
    openIn: (shared) => {
      shared.exec(FOUND_SCHEMA);
      table = new SqliteFoundTable(shared);
      try {
        // What the last windows found stays no longer than it may.
        table.put('', [], Date.now());
      } catch {
        // A file that is locked at this moment opens all the same; the next one to find something deletes.
      }
    },
    handlers: {
      putFound: (tenant, found) => {
        table.put(tenantKey(tenant), found, Date.now());
        return undefined;
      },
      foundAfter: (tenant, place, since) => table.after(tenantKey(tenant), place, since),
    },
  };
}
