import { Emitter } from '../base/emitter.ts';
import type { MachineAction } from '../defender/schema.ts';
import { isFinished } from '../model/machineAction.ts';

/**
 * The actions whose end the person waits for: unfinished actions whose result was requested, or that were opened or
 * selected in the tree, or chosen with Watch Action.
 */
export class WatchedActions {
  readonly #ids = new Set<string>();
  readonly #changed = new Emitter<readonly string[]>();

  /** Fires with the ids of actions that are watched from now on, or not any more. */
  readonly onDidChange = this.#changed.event;

  /** Adds an action if it has not ended. @returns whether the action was added */
  add(action: MachineAction): boolean {
    if (isFinished(action)) return false;
    if (!this.#ids.has(action.id)) {
      this.#ids.add(action.id);
      this.#changed.fire([action.id]);
    }
    return true;
  }

  has(actionId: string): boolean {
    return this.#ids.has(actionId);
  }

  /** Removes actions that the user does not wait for any more, or whose end another window has already reported. */
  forget(actionIds: readonly string[]): void {
    const known = actionIds.filter((id) => this.#ids.delete(id));
    if (known.length > 0) this.#changed.fire(known);
  }

  /** Removes ended actions from the watched actions. Returns the removed actions. */
  take(ended: readonly MachineAction[]): readonly MachineAction[] {
    return ended.filter(({ id }) => this.#ids.delete(id));
  }
}
