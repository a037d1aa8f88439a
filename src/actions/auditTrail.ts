import { Emitter } from '../base/emitter.ts';
import { orderTime } from '../base/serverTime.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { AuditExport, AuditRecord } from '../evidence/audit/auditRecords.ts';
import type { MachineAction } from '../defender/schema.ts';
import { matchRecords } from './auditMatches.ts';
import type { AskedFor, AuditMatches, LoadedTime } from './auditMatches.ts';
import { placeRecords } from './placedRecords.ts';
import type { PlacedRecords } from './placedRecords.ts';

/** Identity of a record: its hash, and its row, because an export can hold equal rows. */
export type RecordId = Pick<AuditRecord, 'sha256' | 'place'>;

/** Actions that are loaded, and the time from which on these are all, ms since 1970. */
export interface LoadedActions {
  readonly actions: readonly MachineAction[];
  readonly wholeSince: number | undefined;
  /** IDs of the devices of which all actions are loaded, of any time. */
  readonly wholeDevices: ReadonlySet<string>;
}

type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

/** The list that the view shows. It can be another one than that of all sessions, as with a filter. */
export interface ShownActions {
  readonly tenant: Tenant;
  readonly actions: LoadedActions;
}

/** Records that were opened or fetched, and where they came from. */
export interface OpenedTrail extends AuditExport {
  /** Name of the file, of the clipboard, or of Microsoft Graph with the time of its answer. */
  readonly source: string;
  /** Whether the answer has as many rows as there can be, so that older records may be missing. */
  readonly mayBeCut?: boolean;
  /** Time and device that a fetched trail was asked for, if it holds all of that. */
  readonly asked?: AskedFor;
  readonly tenant: Tenant | undefined;
  readonly openedAt: number;
}

/**
 * The audit trail that was opened in this window. It is kept in memory only: it names people, and nobody asked to store
 * it.
 */
export class AuditTrail {
  readonly #list: (tenant: Tenant) => LoadedActions | undefined;
  readonly #shown: () => ShownActions | undefined;
  /** Times whose actions were loaded for this trail. */
  readonly #loaded: LoadedTime[] = [];
  readonly #changed = new Emitter<undefined>();
  #places: ReadonlyMap<number, number> = new Map();
  #opened: OpenedTrail | undefined;
  /** The matches, and the shown list that they were made with. */
  #known: { readonly shown: ShownActions | undefined; readonly placed: PlacedRecords } | undefined;

  /** Fires when another export is opened, or none is any more. */
  readonly onDidChange = this.#changed.event;

  /**
   * @param list - returns the loaded sessions of a tenant; undefined if no connection leads to it
   * @param shown - returns the list that the view shows. It may have loaded actions that `list` has not
   */
  constructor(list: (tenant: Tenant) => LoadedActions | undefined, shown: () => ShownActions | undefined) {
    this.#list = list;
    this.#shown = shown;
  }

  get opened(): OpenedTrail | undefined {
    return this.#opened;
  }

  /** The matches with the actions that are loaded now. */
  get matches(): AuditMatches {
    return this.#place(this.#opened?.records ?? []).matches;
  }

  /** The places of the records in the list that the view shows; undefined while no trail is open. */
  get placed(): PlacedRecords | undefined {
    return this.#opened && this.#place(this.#opened.records);
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
    this.#known = undefined;
    this.#changed.fire(undefined);
  }

  #place(records: readonly AuditRecord[]): PlacedRecords {
    const tenant = this.#opened?.tenant;
    const chosen = this.#shown();
    // Only with the actions of the tenant from which it was opened: another tenant has devices of the same name.
    const isOwn = chosen?.tenant.cloud === tenant?.cloud && chosen?.tenant.tenantId === tenant?.tenantId;
    const shown = isOwn ? chosen : undefined;
    if (this.#known !== undefined && this.#known.shown === shown) return this.#known.placed;
    const list = tenant === undefined ? undefined : this.#list(tenant);
    const listed = shown?.actions.actions ?? [];
    const actions = new Map([...listed, ...(list?.actions ?? [])].map((action) => [action.id, action]));
    // A record that is newer than the newest action may belong to one that is not loaded yet.
    const newest = (list?.actions ?? []).reduce(
      (time, { creationDateTimeUtc }) => Math.max(time, orderTime(creationDateTimeUtc)),
      0,
    );
    const loaded = [...wholeTimes(list, newest), ...this.#loaded];
    const matches = matchRecords(records, [...actions.values()], loaded, this.#opened?.asked);
    const whole = [...wholeTimes(shown?.actions, Infinity), ...(shown?.actions === list ? this.#loaded : [])];
    const placed = placeRecords(records, matches, listed, whole);
    this.#known = { shown, placed };
    return placed;
  }
}

/** Returns the times of which a list has all actions, each until the given one. */
function wholeTimes(list: LoadedActions | undefined, to: number): LoadedTime[] {
  if (list === undefined) return [];
  const devices = [...list.wholeDevices].map((id) => ({ from: -Infinity, to, deviceId: id.toLowerCase() }));
  return list.wholeSince === undefined ? devices : [{ from: list.wholeSince, to }, ...devices];
}
