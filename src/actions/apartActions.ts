import type { MachineAction } from '../defender/schema.ts';
import { isNewer } from './actionOrder.ts';
import { isFinished } from '../model/machineAction.ts';

/** Actions that were fetched one by one and are in no page of their list. */
export class ApartActions {
  readonly #byId = new Map<string, MachineAction>();

  get(actionId: string): MachineAction | undefined {
    return this.#byId.get(actionId);
  }

  set(action: MachineAction): void {
    this.#byId.set(action.id, action);
  }

  /** Removes an action that a page of the list contains now. */
  delete(actionId: string): void {
    this.#byId.delete(actionId);
  }

  values(): Iterable<MachineAction> {
    return this.#byId.values();
  }

  /** Updates the actions that are known here. @returns those that have ended since they were fetched */
  renew(news: readonly MachineAction[]): MachineAction[] {
    return news.filter((action) => {
      const known = this.#byId.get(action.id);
      if (known === undefined || !isNewer(action, known)) return false;
      this.#byId.set(action.id, action);
      return !isFinished(known) && isFinished(action);
    });
  }
}
