import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { MachineAction } from '../defender/schema.ts';

/** An action that a call of this window returned, with the text from which it was read, if the text was kept. */
export interface FoundAction {
  readonly action: MachineAction;
  readonly received: ReceivedAction | undefined;
}

/** An action that another window found. */
export interface HeardAction {
  readonly actionId: string;
  /** The action as JSON: the API's own text, or else the action as it was read. */
  readonly text: string;
  /** Facts about the receipt of the API's own text. Undefined if {@link text} is not the API's own text. */
  readonly received: Omit<ReceivedAction, 'text'> | undefined;
}
