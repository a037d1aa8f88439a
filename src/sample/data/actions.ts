import { huntingActions } from './huntingRun.ts';
import { liveAction } from './liveAction.ts';
import type { SampleAction } from '../base/model.ts';
import { olderActions } from './olderActions.ts';
import { layOut } from './plan.ts';
import type { ActionPlan } from './plan.ts';
import { recentActions } from './recentActions.ts';
import { todaysActions } from './todaysActions.ts';

/** The tenant's actions. They are created at the first request. A result is made when its bytes are requested. */
export interface SampleActions {
  /**
   * Returns all actions in their current state, sorted by id. The service's own sort order is unknown (api-facts §8),
   * so no caller may rely on a sort order.
   */
  readonly all: () => readonly SampleAction[];
  readonly byId: (id: string) => SampleAction | undefined;
}

/**
 * Creates the actions of a tenant that was started at `startedAt` (ms since 1970). Their state depends on the clock
 * `now`.
 */
export function createSampleActions(
  startedAt: number,
  now: () => number,
  moreActions: readonly ActionPlan[] = [],
): SampleActions {
  let laidOut: ReadonlyMap<string, SampleAction> | undefined;
  const settled = (): ReadonlyMap<string, SampleAction> => {
    laidOut ??= new Map(
      [...recentActions(), ...todaysActions(), ...huntingActions(), ...olderActions(), ...moreActions].map((plan) => {
        const action = layOut(plan, startedAt);
        return [action.id, action];
      }),
    );
    return laidOut;
  };
  return {
    all: () =>
      [...settled().values(), liveAction(startedAt, now())].sort((left, right) => (left.id < right.id ? -1 : 1)),
    byId: (id) => {
      const live = liveAction(startedAt, now());
      return id === live.id ? live : settled().get(id);
    },
  };
}
