import type { MachineAction } from '../defender/schema.ts';
import { isFinished } from '../model/machineAction.ts';

/**
 * The actions that the person waits for: unfinished ones that were requested, opened in the tree, selected, or named.
 */
export class WatchedActions {
  readonly #ids = new Set<string>();

  /** Adds an action that has not ended. @returns whether there is anything to wait for */
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

  /** Removes the actions that were waited for from the watched ones, and returns them. */
  take(ended: readonly MachineAction[]): readonly MachineAction[] {
    return ended.filter(({ id }) => this.#ids.delete(id));
  }
}
