import { LiveResponseError } from '../base/errors.ts';
import type { CommandResult } from './machineAction.ts';

/** Facts about a command that decide whether a result can be requested. */
export interface CommandFacts {
  readonly result: CommandResult;
  readonly actionStatus: string;
  readonly commandStatus: string;
}

/** Returns the reason why no result can be requested; undefined if one can. */
export function whyNotRequested({ result, actionStatus, commandStatus }: CommandFacts): LiveResponseError | undefined {
  switch (result) {
    case 'none':
      return new LiveResponseError('noResultByDesign');
    case 'notYet':
      return new LiveResponseError('commandNotFinished', { state: commandStatus });
    case 'never':
      return new LiveResponseError('commandNeverRan', {
        state: actionStatus,
        ...(commandStatus === 'Executing' ? { reason: 'begun' } : {}),
      });
    case 'file':
    case 'transcript':
      return undefined;
  }
}
