import { LiveResponseError } from '../base/errors.ts';
import type { ResultFetcher } from '../defender/download/resultFetcher.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Priority } from '../base/urgency.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { findCommand, resultOf } from '../model/machineAction.ts';

/** One tenant, as far as fetching results needs it. */
export interface ResultSource extends ResultFetcher {
  readonly connectionName: string;
  /** The account that its calls speak for; undefined where that is not known. */
  readonly account: () => Promise<string | undefined>;
  /** Returns the action as it was loaded, without a call. */
  readonly knownAction: (actionId: string) => MachineAction | undefined;
  /** The text from which an action of this source was read, where it is still available. */
  readonly receivedAction: (action: MachineAction) => ReceivedAction | undefined;
  /** The version of the program that fetches. */
  readonly toolVersion: string;
  /** Fetches the action as the server has it now: one call. */
  readonly fetchAction: (actionId: string, signal: AbortSignal, priority?: Priority) => Promise<MachineAction>;
}

/** Finds the tenant of a result. @throws LiveResponseError `noConnection` when no connection leads to it */
export type FindSource = (ref: ResultRef) => Promise<ResultSource>;

/** An action whose command has a result, and the kind of the result. */
export interface ActionWithResult {
  readonly action: MachineAction;
  readonly kind: 'transcript' | 'file';
}

/**
 * Finds the action of a result. Fetches it where it is unknown, or where the known one says that the command is
 * running.
 *
 * @throws LiveResponseError `notFound`, `noResultByDesign`, `commandNotFinished`, `commandNeverRan`: the command's type
 *   and state rule a result out, so no call is spent on it
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
  const kind = resultOf(action, command);
  switch (kind) {
    case 'none':
      throw new LiveResponseError('noResultByDesign');
    case 'notYet':
      throw new LiveResponseError('commandNotFinished', { state: command.commandStatus });
    case 'never':
      throw new LiveResponseError('commandNeverRan', { state: action.status });
    case 'file':
    case 'transcript':
      return kind;
  }
}
