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
  /** The command's own script, in a run by filter. All commands of another run have the same one. Remote text. */
  readonly script?: string;
  /** The command's own arguments, and the comment of its action, where the commands have several. Remote texts. */
  readonly args?: string;
  readonly comment?: string;
}

/**
 * Conditions that the actions of a run by filter meet: those of the list's filter that say nothing about an action's
 * state. All must hold. See `actions/actionFilter.ts`.
 */
export interface RunFilter {
  readonly device?: { readonly name: string; readonly machineIds?: readonly string[] };
  readonly script?: string;
  readonly requestor?: { readonly name: string; readonly isWhole: boolean };
  readonly comment?: string;
  readonly span?: { readonly hours: number } | { readonly from: string; readonly before: string };
  /** Time of the order, ms since 1970. Later actions are new. */
  readonly since: number;
  /** Whether new actions join the run. */
  readonly grows: boolean;
  /** Set if more commands match than a run can have: some were left out. */
  readonly isFull?: true;
}

/**
 * Actions with the same script, arguments and comment, started one after the other; or, with {@link filter}, all
 * scripts of the actions that match it.
 */
export interface Run {
  /** Key of the run. It stays the same as long as the run's first action is the same. */
  readonly key: string;
  readonly words: RunWords;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  /** The run's commands, oldest first. */
  readonly members: readonly RunMember[];
  /** Set for a run by filter. Its words are the filter's. */
  readonly filter?: RunFilter;
}

/** A run by filter. */
export type FilterRun = Run & { readonly filter: RunFilter };

/** Returns the words of a run's member: its own, or else those that all have in common. */
export function wordsOfMember(
  { words }: Pick<Run, 'words'>,
  { script, args, comment }: Pick<RunMember, 'args' | 'comment' | 'script'>,
): RunWords {
  return { script: script ?? words.script, args: args ?? words.args, comment: comment ?? words.comment };
}

/** Returns the script of a run's member. */
export function scriptOf({ words }: Pick<Run, 'words'>, { script }: Pick<RunMember, 'script'>): string {
  return script ?? words.script;
}

/** Returns the reference to the result of a run's member. */
export function refOf(run: Pick<Run, 'tenant'>, { actionId, commandIndex }: RunMember): ResultRef {
  return { ...run.tenant, actionId, commandIndex };
}
