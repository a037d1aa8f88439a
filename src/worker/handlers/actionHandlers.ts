import type { ReceivedAction } from '../../defender/list/receivedActions.ts';
import { hashText } from '../../base/hashText.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { ActionRow } from '../../storage/actionTable.ts';
import type { ResultTable } from '../../storage/resultRow.ts';

/** Requests to the worker for actions in the form in which they were received. */
export interface ActionCalls {
  /**
   * Returns the action's own JSON, if it was stored with the result. The JSON is never part of the facts, because the
   * windows hold all facts in memory.
   */
  readonly receivedAction: { args: [ref: ResultRef]; answer: ActionRow | undefined };
}

type ActionHandlers = {
  readonly [Method in keyof ActionCalls]: (...args: ActionCalls[Method]['args']) => ActionCalls[Method]['answer'];
};

/** Creates the handlers of received actions. */
export function createActionHandlers(table: Pick<ResultTable, 'action'>): ActionHandlers {
  return { receivedAction: (ref) => table.action(resultKey(ref)) };
}

/** Returns a received action as it is stored, with its hash. */
export function toActionRow(received: ReceivedAction | undefined): ActionRow | undefined {
  return received === undefined ? undefined : { ...received, sha256: hashText(received.text) };
}
