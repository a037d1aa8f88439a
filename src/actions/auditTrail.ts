import { Emitter } from '../base/emitter.ts';
import { parseServerTime } from '../base/serverTime.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { AuditExport, AuditRecord } from '../evidence/audit/auditRecords.ts';
import type { MachineAction } from '../defender/schema.ts';
import { matchRecords } from './auditMatches.ts';
import type { AskedFor, AuditMatches, LoadedTime } from './auditMatches.ts';

/** Identity of a record: its hash, and its row, because an export can hold equal rows. */
export type RecordId = Pick<AuditRecord, 'sha256' | 'place'>;

/** Actions that are loaded, and the time from which on these are all, ms since 1970. */
export interface LoadedActions {
  readonly actions: readonly MachineAction[];
  readonly wholeSince: number | undefined;
}

/** Records that were opened or fetched, and where they came from. */
export interface OpenedTrail extends AuditExport {
  /** Name of the file, of the clipboard, or of Microsoft Graph with the time of its answer. */
  readonly source: string;
  /** Whether the answer has as many rows as there can be, so that older records may be missing. */
  readonly mayBeCut?: boolean;
  /** Time and device that a fetched trail was asked for, if it holds all of that. */
  readonly asked?: AskedFor;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'> | undefined;
  readonly openedAt: number;
}

/**
 * The audit trail that was opened in this window. It is kept in memory only: it names people, and nobody asked to store
 * it.
 */
export class AuditTrail {
  readonly #list: (tenant: NonNullable<OpenedTrail['tenant']>) => LoadedActions | undefined;
  /** Times whose actions were loaded for this trail. */
  readonly #loaded: LoadedTime[] = [];
  readonly #changed = new Emitter<undefined>();
  #places: ReadonlyMap<number, number> = new Map();
  #opened: OpenedTrail | undefined;
  #matches: AuditMatches | undefined;

  /** Fires when another export is opened, or none is any more. */
  readonly onDidChange = this.#changed.event;

  /** @param list - returns the loaded actions of a tenant; undefined if no connection leads to it */
  constructor(list: (tenant: NonNullable<OpenedTrail['tenant']>) => LoadedActions | undefined) {
    this.#list = list;
  }

  get opened(): OpenedTrail | undefined {
    return this.#opened;
  }

  /** The matches with the actions that are loaded now. */
  get matches(): AuditMatches {
    if (this.#matches !== undefined) return this.#matches;
    const tenant = this.#opened?.tenant;
    // Only with the actions of the tenant from which it was opened: another tenant has devices of the same name.
    const list = tenant === undefined ? undefined : this.#list(tenant);
    const actions = list?.actions ?? [];
    // A record that is newer than the newest action may belong to one that is not loaded yet.
    const newest = actions.reduce(
      (time, { creationDateTimeUtc }) => Math.max(time, parseServerTime(creationDateTimeUtc) ?? 0),
      0,
    );
    const whole = list?.wholeSince === undefined ? [] : [{ from: list.wholeSince, to: newest }];
    this.#matches = matchRecords(
      this.#opened?.records ?? [],
      actions,
      [...whole, ...this.#loaded],
      this.#opened?.asked,
    );
    return this.#matches;
  }

  /** Returns a record by its hash and its row, as addresses of pages name it. */
  record({ sha256, place }: RecordId): AuditRecord | undefined {
    const found = this.#opened?.records[this.#places.get(place) ?? -1];
    return found?.sha256 === sha256 ? found : undefined;
  }

  /** Notes that all actions of a time were loaded. */
  addLoaded(time: LoadedTime): void {
    this.#loaded.push(time);
    this.refresh();
  }

  open(trail: OpenedTrail): void {
    this.#opened = trail;
    this.#loaded.length = 0;
    this.#places = new Map(trail.records.map(({ place }, index) => [place, index]));
    this.refresh();
  }

  clear(): void {
    this.#opened = undefined;
    this.#places = new Map();
    this.#loaded.length = 0;
    this.refresh();
  }

  /** Matches again, because other actions were loaded. */
  refresh(): void {
    this.#matches = undefined;
    this.#changed.fire(undefined);
  }
}
