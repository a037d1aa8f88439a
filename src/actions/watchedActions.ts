import type { MachineAction } from '../defender/schema.ts';
import { isFinished } from '../model/machineAction.ts';

/** What the person waits for: unfinished actions that were asked for, opened in the tree, selected, or named. */
export class WatchedActions {
  readonly #ids = new Set<string>();

  /** @returns whether there is anything to wait for */
  add(action: MachineAction): boolean {
    if (isFinished(action)) return false;
    this.#ids.add(action.id);
    return true;
  }

  has(actionId: string): boolean {
    return this.#ids.has(actionId);
  }

  /** Told already, in another window. */
  forget(actionIds: readonly string[]): void {
    for (const id of actionIds) this.#ids.delete(id);
  }

  /** Those of these that were waited for; they are not any more. */
  take(ended: readonly MachineAction[]): readonly MachineAction[] {
    return ended.filter(({ id }) => this.#ids.delete(id));
  }
}
