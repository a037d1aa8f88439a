import type { ResultRef } from '../base/resultUri.ts';
import type { CommandResult } from './machineAction.ts';

/** What all actions of a run have in common. Remote text. */
export interface RunWords {
  readonly script: string;
  readonly args: string;
  readonly comment: string;
}

/** One command of a run on one device, with all that can be said of it without its result. Names are remote text. */
export interface RunMember {
  readonly actionId: string;
  readonly commandIndex: number;
  readonly machineId: string | null;
  /** The device's full name, else its id. */
  readonly device: string;
  /** What a person calls it. */
  readonly host: string;
  readonly createdAt: string;
  readonly actionStatus: string;
  readonly commandStatus: string;
  /** What the device or the service said of the command. */
  readonly commandErrors: readonly string[];
  readonly result: CommandResult;
}

/** Actions with the same script, arguments and comment, started one after the other. */
export interface Run {
  /** The same for as long as its first action is the same. */
  readonly key: string;
  readonly words: RunWords;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  /** Oldest first. */
  readonly members: readonly RunMember[];
}

export function refOf(run: Pick<Run, 'tenant'>, { actionId, commandIndex }: RunMember): ResultRef {
  return { ...run.tenant, actionId, commandIndex };
}
