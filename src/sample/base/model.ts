import type { SampleDevice } from './devices.ts';
import type { Random } from './random.ts';

/** `status` of a machine action (api-facts §1). */
export type ActionStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'TimeOut' | 'Cancelled';

/** `commandStatus` of a live response command (api-facts §1). */
export type CommandStatus = 'Created' | 'Submitted' | 'PendingResource' | 'Executing' | 'Completed' | 'Failed';

/** `type` of a live response command (api-facts §1). */
export type CommandType = 'PutFile' | 'RunScript' | 'GetFile';

/** `type` of a machine action: the values that the sample uses (api-facts §1). */
export type ActionType =
  | 'RunAntiVirusScan'
  | 'Offboard'
  | 'LiveResponse'
  | 'CollectInvestigationPackage'
  | 'Isolate'
  | 'Unisolate'
  | 'StopAndQuarantineFile'
  | 'RestrictCodeExecution'
  | 'UnrestrictCodeExecution';

/** A parameter of a command, as in the API's JSON. */
export interface CommandParameter {
  readonly key: string;
  readonly value: string;
}

/** Inputs from which a result is made. */
export interface ResultContext {
  readonly device: SampleDevice;
  /** The command's `ScriptName`, empty for GetFile. */
  readonly scriptName: string;
  /** Start of the script on the device, ms since 1970. */
  readonly startedAt: number;
  /** Generator that is seeded with the action's id and the command's index. */
  readonly random: Random;
}

/** Makes the bytes of a result as the service stores them. The same context gives the same bytes. */
export type ResultMaker = (context: ResultContext) => Uint8Array;

/** A command, in the types of the sample. */
export interface SampleCommand {
  readonly index: number;
  readonly type: CommandType;
  readonly params: readonly CommandParameter[];
  readonly status: CommandStatus;
  /** ms since 1970. */
  readonly startedAt: number | undefined;
  /** ms since 1970. */
  readonly endedAt: number | undefined;
  readonly errors: readonly string[];
  /** Maker of the result. If it is absent, the link call answers 404. */
  readonly result: ResultMaker | undefined;
}

/** Cancellation of an action: the person, the reason and the time (ms since 1970). */
export interface Cancellation {
  readonly requestor: string;
  readonly comment: string;
  readonly at: number;
}

/** A machine action, in the types of the sample. */
export interface SampleAction {
  readonly id: string;
  readonly type: ActionType;
  readonly requestor: string;
  readonly comment: string;
  readonly status: ActionStatus;
  readonly device: SampleDevice;
  /** ms since 1970. */
  readonly createdAt: number;
  /** ms since 1970. */
  readonly updatedAt: number;
  readonly cancellation: Cancellation | undefined;
  readonly errorHResult: number;
  readonly scope: string | null;
  readonly requestSource: 'PublicApi' | 'Portal';
  readonly relatedFile: { readonly fileIdentifier: string; readonly fileIdentifierType: string } | null;
  readonly commands: readonly SampleCommand[];
}
