import { Emitter } from '../base/emitter.ts';
import type { MachineAction } from '../defender/schema.ts';
import { isFinished } from '../model/machineAction.ts';

/**
 * The actions whose end the person waits for: unfinished actions whose result was requested, or that were opened or
 * selected in the tree, or chosen with Watch Action.
 */
export class WatchedActions {
  readonly #ids = new Set<string>();
  /** Actions that the user no longer waits for. Opening or selecting them does not watch them again. */
  readonly #stopped = new Set<string>();
  readonly #changed = new Emitter<readonly string[]>();

  /** Fires with the ids of actions that are watched from now on, or not any more. */
  readonly onDidChange = this.#changed.event;

  /** Adds an action that the user chose to watch, even if the user had stopped that. */
  choose(action: MachineAction): void {
    this.#stopped.delete(action.id);
    this.add(action);
  }

  /** Removes an action that the user no longer waits for. */
  stop(actionId: string): void {
    this.#stopped.add(actionId);
    this.forget([actionId]);
  }

  /** Adds an action that was opened, selected or named, if it has not ended. @returns whether it is watched */
  add(action: MachineAction): boolean {
    if (isFinished(action) || this.#stopped.has(action.id)) return false;
    if (!this.#ids.has(action.id)) {
      this.#ids.add(action.id);
      this.#changed.fire([action.id]);
    }
    return true;
  }

  has(actionId: string): boolean {
    return this.#ids.has(actionId);
  }

  /** Removes actions whose end another window has already reported. */
  forget(actionIds: readonly string[]): void {
    const known = actionIds.filter((id) => this.#ids.delete(id));
    if (known.length > 0) this.#changed.fire(known);
  }

  /** Removes ended actions from the watched actions. Returns the removed actions. */
  take(ended: readonly MachineAction[]): readonly MachineAction[] {
    return ended.filter(({ id }) => this.#ids.delete(id));
  }
}
