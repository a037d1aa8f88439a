import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { MachineAction } from '../defender/schema.ts';

/** An action that a call of this window brought, with the text that it was read from, where that was kept. */
export interface FoundAction {
  readonly action: MachineAction;
  readonly received: ReceivedAction | undefined;
}

/** An action that another window found. */
export interface HeardAction {
  readonly actionId: string;
  /** JSON: as the API wrote it, or as it was read. */
  readonly text: string;
  /** Facts about the receipt of the API's own text; undefined where {@link text} is not that. */
  readonly received: Omit<ReceivedAction, 'text'> | undefined;
}
