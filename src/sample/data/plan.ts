import { actionIdOf } from '../base/identifiers.ts';
import type { SampleDevice } from '../base/devices.ts';
import type {
  ActionStatus,
  ActionType,
  CommandStatus,
  CommandType,
  ResultMaker,
  SampleAction,
  SampleCommand,
} from '../base/model.ts';
import { createRandom } from '../base/random.ts';
import { minute, second } from '../base/time.ts';

/** A command of a live response action, as this code lists it. {@link layOut} adds the times. */
export interface CommandPlan {
  readonly type: CommandType;
  readonly params: readonly (readonly [key: string, value: string])[];
  /** Completed by default. */
  readonly status?: CommandStatus;
  /** Error texts that we wrote, because the service's texts are unknown (api-facts §8). */
  readonly errors?: readonly string[];
  /** Duration of the command, ms. */
  readonly took?: number;
  readonly result?: ResultMaker;
}

/** An action, as this code lists it. A property that is absent has the usual value. */
export interface ActionPlan {
  /** Name of the action in this code. The action's id is computed from it. */
  readonly key: string;
  readonly device: SampleDevice;
  readonly requestor: string;
  /** Time from the creation of the action to the tenant's start, ms. */
  readonly age: number;
  readonly comment: string;
  /** LiveResponse by default. */
  readonly type?: ActionType;
  /** Succeeded by default. */
  readonly status?: ActionStatus;
  readonly commands?: readonly CommandPlan[];
  readonly cancelledBy?: { readonly requestor: string; readonly comment: string };
  readonly scope?: string;
  readonly requestSource?: 'PublicApi' | 'Portal';
  readonly relatedFile?: { readonly fileIdentifier: string; readonly fileIdentifierType: string };
  /** Time from the action's creation to the start of its first command, ms. */
  readonly queued?: number;
}

/** Plans a command that runs a script from the library. Without a result maker, the link call answers 404. */
export function runScript(
  name: string,
  result: ResultMaker | undefined,
  more: Partial<CommandPlan> & { readonly args?: string } = {},
): CommandPlan {
  const { args, ...rest } = more;
  return {
    type: 'RunScript',
    params: [['ScriptName', name], ...(args === undefined ? [] : [['Args', args] as const])],
    ...(result === undefined ? {} : { result }),
    ...rest,
  };
}

/** Plans a command that copies a file from the library to the device. It has no result by design (api-facts §3). */
export function putFile(name: string, more: Partial<CommandPlan> = {}): CommandPlan {
  return { type: 'PutFile', params: [['FileName', name]], ...more };
}

/** Plans a command that collects a file from the device. */
export function getFile(path: string, result?: ResultMaker, more: Partial<CommandPlan> = {}): CommandPlan {
  return { type: 'GetFile', params: [['Path', path]], ...(result === undefined ? {} : { result }), ...more };
}

/** `errorHResult` of actions that timed out, as seen: 0x80190198 (api-facts §1). */
const timeOutHResult = -2_145_844_840;
/** `errorHResult` of cancelled actions, as seen: 0x80004004 (api-facts §1). */
const cancelledHResult = -2_147_467_260;

function errorHResultOf(status: ActionStatus): number {
  if (status === 'TimeOut') {
    return timeOutHResult;
  }
  return status === 'Cancelled' ? cancelledHResult : 0;
}

function hasStarted(status: CommandStatus): boolean {
  return status === 'Executing' || status === 'Completed' || status === 'Failed';
}

function hasEnded(status: CommandStatus): boolean {
  return status === 'Completed' || status === 'Failed';
}

/**
 * Computes the times of one action. Its commands follow each other. The action's last update comes about half a minute
 * after the end of the last command. A Pending action has its last update just after its creation.
 */
export function layOut(plan: ActionPlan, startedAt: number): SampleAction {
  const random = createRandom(`times ${plan.key}`);
  const createdAt = Math.floor(startedAt - plan.age) - random.int(0, 20 * second);
  const status = plan.status ?? 'Succeeded';
  let clock = createdAt + (plan.queued ?? minute + random.int(0, minute));
  const commands = (plan.commands ?? []).map((command, index): SampleCommand => {
    const commandStatus = command.status ?? 'Completed';
    const started = hasStarted(commandStatus) ? clock : undefined;
    clock += hasStarted(commandStatus) ? (command.took ?? random.int(1_200, 9_000)) : 0;
    const ended = hasEnded(commandStatus) ? clock : undefined;
    clock += random.int(300, 1_900);
    return {
      index,
      type: command.type,
      params: command.params.map(([key, value]) => ({ key, value })),
      status: commandStatus,
      // A command that failed before it began has an end and no start: seen on the service (api-facts §1).
      startedAt: commandStatus === 'Failed' && command.took === 0 ? undefined : started,
      endedAt: ended,
      errors: command.errors ?? [],
      result: command.result,
    };
  });
  const updatedAt =
    status === 'Pending' ? createdAt + random.int(200, 900) : clock + 30 * second + random.int(0, 14 * second);
  return {
    id: actionIdOf(plan.key),
    type: plan.type ?? 'LiveResponse',
    requestor: plan.requestor,
    comment: plan.comment,
    status,
    device: plan.device,
    createdAt,
    updatedAt,
    cancellation:
      plan.cancelledBy === undefined ? undefined : { ...plan.cancelledBy, at: updatedAt - random.int(900, 4_000) },
    errorHResult: errorHResultOf(status),
    scope: plan.scope ?? null,
    requestSource: plan.requestSource ?? 'PublicApi',
    relatedFile: plan.relatedFile ?? null,
    commands,
  };
}
