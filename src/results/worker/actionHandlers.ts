import type { ReceivedAction } from '../../defender/receivedActions.ts';
import { hashText } from '../../evidence/hashText.ts';
import { resultKey } from '../../evidence/uri.ts';
import type { ResultRef } from '../../evidence/uri.ts';
import type { ActionRow, ActionTable } from '../../storage/actionTable.ts';

/** What the worker can be asked about actions as they were received. */
export interface ActionCalls {
  /** The action's own JSON, if it was kept with the result. Never part of the facts, which the windows hold in memory. */
  readonly receivedAction: { args: [ref: ResultRef]; answer: ActionRow | undefined };
}

type ActionHandlers = {
  readonly [Method in keyof ActionCalls]: (...args: ActionCalls[Method]['args']) => ActionCalls[Method]['answer'];
};

/** @param table - where they are kept now: it changes when the database is opened */
export function createActionHandlers(table: () => ActionTable): ActionHandlers {
  return { receivedAction: (ref) => table().get(resultKey(ref)) };
}

/** Keeps what was received beside the result, with its hash; a result that came without loses that of its predecessor. */
export function putReceivedAction(table: ActionTable, ref: ResultRef, received: ReceivedAction | undefined): void {
  const key = resultKey(ref);
  table.put(key, received === undefined ? undefined : { ...received, key, sha256: hashText(received.text) });
}
