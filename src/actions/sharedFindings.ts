import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { FoundRow } from '../storage/foundTable.ts';
import type { ActionStore } from './actionStore.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import type { FoundAction, HeardAction } from './foundAction.ts';

type FoundPort = WorkerPort<'putFound' | 'foundAfter'>;
type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

/**
 * Shares the actions that a window's call returned with the other windows of this machine. Uses the database, and makes
 * no call.
 */
export class SharedFindings {
  readonly #worker: FoundPort;
  /** Whether this extension may write to the disk. */
  readonly #keeps: () => boolean;
  /** For each list, the place up to which the shared actions were read. */
  readonly #places = new WeakMap<ActionStore, number>();

  constructor(worker: FoundPort, keeps: () => boolean) {
    this.#worker = worker;
    this.#keeps = keeps;
  }

  /**
   * Shares found actions with the other windows.
   *
   * @param isTold - whether this window notifies the person of the action's end
   * @throws LiveResponseError `databaseFailed`
   */
  async share(
    tenant: Tenant,
    found: readonly FoundAction[],
    isTold: (action: MachineAction) => boolean,
  ): Promise<void> {
    const keep = this.#keeps();
    if (!keep) return;
    const rows = found.map(({ action, received }) => toRow(action, received, isTold(action)));
    await this.#worker.call('putFound', tenant, rows, { keep });
  }

  /**
   * Merges actions that other windows have found since a list was created into that list.
   *
   * @param onTold - receives the ids of actions whose end another window has already reported to the person. Called
   *   before the list changes
   * @throws LiveResponseError `databaseFailed`, and all errors of opening the client
   */
  async hear(tenant: Tenant, list: ActionStore, onTold: (actionIds: readonly string[]) => void): Promise<void> {
    if (list.state.kind !== 'loaded') return;
    const { found, upTo } = await this.#worker.call('foundAfter', tenant, this.#places.get(list) ?? 0, list.since);
    if (found.length > 0) {
      onTold(found.filter(({ told }) => told).map(({ actionId }) => actionId));
      await list.hear(found.map(toHeard));
    }
    this.#places.set(list, upTo);
  }
}

function toRow(action: MachineAction, received: ReceivedAction | undefined, told: boolean): FoundRow {
  const { id: actionId } = action;
  if (received === undefined) return { actionId, text: JSON.stringify(action), received: undefined, told };
  const { text, ...how } = received;
  return { actionId, text, received: JSON.stringify(how), told };
}

function toHeard({ actionId, text, received }: FoundRow): HeardAction {
  return { actionId, text, received: received === undefined ? undefined : readHow(received) };
}

/** Reads the text that {@link toRow} wrote. Returns undefined if another program wrote it. */
function readHow(json: string): HeardAction['received'] {
  try {
    const how = JSON.parse(json) as HeardAction['received'] | null;
    return typeof how?.receivedAt === 'number' ? how : undefined;
  } catch {
    return undefined;
  }
}
