import type { DefenderClient } from '../../../src/defender/client.ts';
import { LiveResponseError, throwIfCancelled } from '../../../src/base/errors.ts';
import type { ReceivedAction } from '../../../src/defender/list/receivedActions.ts';
import type { ActionQuery } from '../../../src/defender/list/odata.ts';
import type { ActionPage, MachineAction } from '../../../src/defender/schema.ts';
import { ActionStore } from '../../../src/actions/actionStore.ts';
import type { ActionChange } from '../../../src/actions/actionStore.ts';
import { action } from './fixtures.ts';

const START = Date.UTC(2026, 10, 23, 21);

/** Returns an action that is created this number of minutes after the first. Its id contains its number. */
export function numbered(number: number, change: Partial<MachineAction> = {}): MachineAction {
  const creationDateTimeUtc = new Date(START + number * 60_000).toISOString();
  return action({
    id: `action ${number}`,
    creationDateTimeUtc,
    lastUpdateDateTimeUtc: creationDateTimeUtc,
    ...change,
  });
}

/** A tenant with these actions. It answers as many of them as requested, newest first. */
export class Tenant {
  actions: MachineAction[];
  readonly asked: (ActionQuery & { readonly nextLink?: string })[] = [];
  /** Rows in a page where the server has a maximum of its own. It then answers with next links. */
  pageMaximum = Infinity;
  /** Whether it supports a filter by the last update, which is not documented. */
  knowsUpdates = true;
  failWith: Error | undefined;
  /** Failure of every question about one action. */
  failSingly: Error | undefined;
  /** Texts of the answers, where a test sets them. */
  readonly received = new Map<MachineAction, ReceivedAction>();
  /** Answers wait for this promise. */
  gate: Promise<void> = Promise.resolve();

  constructor(count: number) {
    this.actions = Array.from({ length: count }, (_, number) => numbered(number));
  }

  readonly client = (): Promise<DefenderClient> => {
    const unused = (): Promise<never> => Promise.reject(new Error('not part of a list'));
    return Promise.resolve({
      listMachineActions: (query, signal, nextLink) => this.#list(query, signal, nextLink),
      getMachineAction: async (actionId) => {
        await this.gate;
        if (this.failSingly !== undefined) throw this.failSingly;
        const found = this.actions.find(({ id }) => id === actionId);
        if (found === undefined) throw new LiveResponseError('notFound');
        return found;
      },
      receivedAction: (one) => this.received.get(one),
      readFound: (text, received) => {
        const read = JSON.parse(text) as MachineAction;
        if (received !== undefined) this.received.set(read, { text, ...received });
        return read;
      },
      findMachines: unused,
      getMachine: unused,
      getResultLink: unused,
      getPackageLink: unused,
      downloadResult: unused,
    });
  };

  async #list(query: ActionQuery, signal: AbortSignal, nextLink: string | undefined): Promise<ActionPage> {
    this.asked.push(nextLink === undefined ? query : { ...query, nextLink });
    await this.gate;
    throwIfCancelled(signal);
    if (this.failWith !== undefined) throw this.failWith;
    if (query.since?.by === 'update' && !this.knowsUpdates) {
      throw new LiveResponseError('badRequest', { status: 400, serverCode: 'ODataError' });
    }
    const skip = nextLink === undefined ? query.skip : Number(nextLink);
    const fitting = this.actions
      .toSorted((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1))
      .filter((one) => fits(query, one));
    const actions = fitting.slice(skip, skip + Math.min(query.top, this.pageMaximum));
    const end = skip + actions.length;
    const more = this.pageMaximum < Infinity && end < fitting.length;
    return { actions, total: undefined, nextLink: more ? end.toString() : undefined };
  }
}

function fits({ machineId, where = {}, since }: ActionQuery, one: MachineAction): boolean {
  const time = since?.by === 'update' ? one.lastUpdateDateTimeUtc : one.creationDateTimeUtc;
  return (
    (machineId === undefined || one.machineId === machineId) &&
    (where.machineIds?.includes(one.machineId ?? '') ?? true) &&
    (where.statuses?.includes(one.status) ?? true) &&
    (since === undefined || (time ?? '') > since.time)
  );
}

/** Opens a store of a tenant with this number of actions, and records the store's changes. */
export function open(count: number): { tenant: Tenant; store: ActionStore; changes: ActionChange[] } {
  const tenant = new Tenant(count);
  const store = new ActionStore(tenant.client, false);
  const changes: ActionChange[] = [];
  store.onDidChange((change) => changes.push(change));
  return { tenant, store, changes };
}

/** Returns the ids of a store's actions, in its order. */
export function ids(store: ActionStore): string[] {
  return store.actions.map(({ id }) => id);
}

/** Returns the ids from the newest to the oldest number. */
export function from(newest: number, oldest: number): string[] {
  return Array.from({ length: newest - oldest + 1 }, (_, step) => `action ${newest - step}`);
}
