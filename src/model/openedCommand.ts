import type { LiveResponseCommand } from '../defender/schema.ts';
import { findCommand } from './machineAction.ts';
import type { ReceivedFacts } from './storedResult.ts';

/** The command that a result belongs to, as far as that is known: of an opened file its facts name it. */
export function commandOf({
  action,
  ref,
  opened,
}: Pick<ReceivedFacts, 'action' | 'ref' | 'opened'>): LiveResponseCommand | undefined {
  return findCommand(action, opened?.said?.commandIndex ?? ref.commandIndex);
}
