import type { MachineAction } from '../defender/schema.ts';
import { isFinished } from '../model/machineAction.ts';

/**
 * The actions whose end the person waits for: unfinished actions whose result was requested, or that were opened or
 * selected in the tree, or chosen with Watch Action.
 */
export class WatchedActions {
  readonly #ids = new Set<string>();

  /** Adds an action if it has not ended. @returns whether the action was added */
  add(action: MachineAction): boolean {
    if (isFinished(action)) return false;
    this.#ids.add(action.id);
    return true;
  }

  has(actionId: string): boolean {
    return this.#ids.has(actionId);
  }

  /** Removes actions whose end another window has already reported. */
  forget(actionIds: readonly string[]): void {
    for (const id of actionIds) this.#ids.delete(id);
  }

  /** Removes ended actions from the watched actions. Returns the removed actions. */
  take(ended: readonly MachineAction[]): readonly MachineAction[] {
    return ended.filter(({ id }) => this.#ids.delete(id));
  }
}
