import { Emitter } from '../base/emitter.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { AuditExport, AuditRecord } from '../evidence/audit/auditRecords.ts';
import type { MachineAction } from '../defender/schema.ts';
import { matchRecords } from './auditMatches.ts';
import type { AuditMatches } from './auditMatches.ts';

/** Actions that are loaded, and the time from which on these are all, ms since 1970. */
export interface LoadedActions {
  readonly actions: readonly MachineAction[];
  readonly wholeSince: number | undefined;
}

/** Records of an export that was opened, and where they came from. */
export interface OpenedTrail extends AuditExport {
  /** Name of the file, or of the clipboard. */
  readonly source: string;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'> | undefined;
  readonly openedAt: number;
}

/**
 * The audit trail that was opened in this window. It is kept in memory only: it names people, and nobody asked to store
 * it.
 */
export class AuditTrail {
  readonly #list: () => LoadedActions | undefined;
  readonly #changed = new Emitter<undefined>();
  #opened: OpenedTrail | undefined;
  #matches: AuditMatches | undefined;

  /** Fires when another export is opened, or none is any more. */
  readonly onDidChange = this.#changed.event;

  /** @param list - returns the loaded actions of the tenant in the view; undefined if there is none */
  constructor(list: () => LoadedActions | undefined) {
    this.#list = list;
  }

  get opened(): OpenedTrail | undefined {
    return this.#opened;
  }

  /** The matches with the actions that are loaded now. */
  get matches(): AuditMatches {
    if (this.#matches !== undefined) return this.#matches;
    const list = this.#list();
    const since = list === undefined ? Infinity : (list.wholeSince ?? Infinity);
    this.#matches = matchRecords(this.#opened?.records ?? [], list?.actions ?? [], since);
    return this.#matches;
  }

  /** Returns the record with this number in its export. */
  record(place: number): AuditRecord | undefined {
    return this.#opened?.records[place - 1];
  }

  open(trail: OpenedTrail): void {
    this.#opened = trail;
    this.refresh();
  }

  clear(): void {
    this.#opened = undefined;
    this.refresh();
  }

  /** Matches again, because other actions were loaded. */
  refresh(): void {
    this.#matches = undefined;
    this.#changed.fire(undefined);
  }
}
