import { LiveResponseError } from '../base/errors.ts';
import type { ResultFetcher } from '../defender/download/resultFetcher.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Priority } from '../base/urgency.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { findCommand, resultOf } from '../model/machineAction.ts';
import { whyNotRequested } from '../model/noResult.ts';

/** A tenant from which results are fetched, with the functions that fetching needs. */
export interface ResultSource extends ResultFetcher {
  readonly connectionName: string;
  /** Returns the account of the tenant's calls, or undefined if it is unknown. */
  readonly account: () => Promise<string | undefined>;
  /** Returns the action as it was loaded, without a call. */
  readonly knownAction: (actionId: string) => MachineAction | undefined;
  /** Returns the text from which an action of this source was read, if the text is still available. */
  readonly receivedAction: (action: MachineAction) => ReceivedAction | undefined;
  /** Version of the extension that fetches the result. */
  readonly toolVersion: string;
  /** Fetches the current state of the action. Costs one call. */
  readonly fetchAction: (actionId: string, signal: AbortSignal, priority?: Priority) => Promise<MachineAction>;
}

/** Finds the tenant of a result. @throws LiveResponseError `noConnection` if no connection belongs to the tenant */
export type FindSource = (ref: Pick<ResultRef, 'cloud' | 'tenantId'>) => Promise<ResultSource>;

/** An action with a result, and the kind of the result. */
export interface ActionWithResult {
  readonly action: MachineAction;
  readonly kind: 'transcript' | 'file';
}

/**
 * Finds the action of a result. Fetches the action if it is unknown, or if its command was still running when it was
 * loaded.
 *
 * @throws LiveResponseError `notFound` if there is no such action or command; `noResultByDesign`, `commandNotFinished`
 * or `commandNeverRan` if the command cannot have a result, by its type and state. No call for a link is then made
 */
export async function findActionWithResult(
  source: ResultSource,
  ref: ResultRef,
  signal: AbortSignal,
  priority: Priority = 'click',
): Promise<ActionWithResult> {
  const known = source.knownAction(ref.actionId);
  const command = known === undefined ? undefined : findCommand(known, ref.commandIndex);
  const mayHaveMovedOn = known === undefined || command === undefined || resultOf(known, command) === 'notYet';
  const action = mayHaveMovedOn ? await source.fetchAction(ref.actionId, signal, priority) : known;
  return { action, kind: kindOfResult(action, ref.commandIndex) };
}

function kindOfResult(action: MachineAction, commandIndex: number): ActionWithResult['kind'] {
  const command = findCommand(action, commandIndex);
  if (command === undefined) throw new LiveResponseError('notFound');
  const result = resultOf(action, command);
  const reason = whyNotRequested({ result, actionStatus: action.status, commandStatus: command.commandStatus });
  if (reason !== undefined) throw reason;
  return result === 'file' ? 'file' : 'transcript';
}
