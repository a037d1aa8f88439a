import type { MachineAction } from '../defender/schema.ts';
import { later } from './changedActions.ts';

/** Newest server times of a list's actions, ms since 1970: of their last update and of their creation. */
export class NewestTimes {
  #update: number | undefined;
  #creation: number | undefined;

  get update(): number | undefined {
    return this.#update;
  }

  get creation(): number | undefined {
    return this.#creation;
  }

  /**
   * Takes in the times of actions. They must be an answer about the complete list, because the newest update of one
   * device says nothing about other devices.
   */
  advance(actions: readonly MachineAction[]): void {
    for (const action of actions) {
      this.#update = later(this.#update, action.lastUpdateDateTimeUtc);
      this.#creation = later(this.#creation, action.creationDateTimeUtc);
    }
  }

  clear(): void {
    this.#update = undefined;
    this.#creation = undefined;
  }
}
