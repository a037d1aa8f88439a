import type { ResultRef } from '../base/resultUri.ts';
import type { CommandResult } from './machineAction.ts';

/** Words that all actions of a run have in common. Remote text. */
export interface RunWords {
  readonly script: string;
  readonly args: string;
  readonly comment: string;
}

/** One command of a run on one device, with all facts except its result. Names are remote text. */
export interface RunMember {
  readonly actionId: string;
  readonly commandIndex: number;
  readonly machineId: string | null;
  /** The device's full name, otherwise its id. */
  readonly device: string;
  /** The name that people use for the device. */
  readonly host: string;
  readonly createdAt: string;
  readonly actionStatus: string;
  readonly commandStatus: string;
  /** Messages of the device or the service about the command. */
  readonly commandErrors: readonly string[];
  readonly result: CommandResult;
}

/** Actions with the same script, arguments and comment, started one after the other. */
export interface Run {
  /** Key of the run. It stays the same as long as the run's first action is the same. */
  readonly key: string;
  readonly words: RunWords;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  /** The run's commands, oldest first. */
  readonly members: readonly RunMember[];
}

/** Returns the reference to the result of a run's member. */
export function refOf(run: Pick<Run, 'tenant'>, { actionId, commandIndex }: RunMember): ResultRef {
  return { ...run.tenant, actionId, commandIndex };
}
