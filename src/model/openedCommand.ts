import type { LiveResponseCommand } from '../defender/schema.ts';
import { findCommand } from './machineAction.ts';
import type { ReceivedFacts } from './storedResult.ts';

/** Returns the command that a result belongs to, if it is known. For an opened file, its facts name the command. */
export function commandOf({
  action,
  ref,
  opened,
}: Pick<ReceivedFacts, 'action' | 'ref' | 'opened'>): LiveResponseCommand | undefined {
  return findCommand(action, opened?.said?.commandIndex ?? ref.commandIndex);
}
