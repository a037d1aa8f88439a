import type { MachineAction } from '../defender/schema.ts';
import { isRunnersLine } from '../evidence/text/runnersLine.ts';
import type { ResultStream } from '../base/resultUri.ts';
import { findCommand, resultOf } from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** Reasons why a text of a result is empty or missing. */
export type Emptiness =
  /** PutFile has no result by design. */
  | 'putFile'
  /** The result is a collected file, which is saved and never shown. */
  | 'file'
  | 'notYet'
  /** The session ended before this command ran. */
  | 'neverRan'
  /** The result is not stored here. Fetching it gives the answer, even if nothing was uploaded. */
  | 'notFetched'
  /** The received file is not the result of a script. */
  | 'notAResult'
  /** The text has no characters at all. */
  | 'none'
  | 'nulsOnly'
  /** The text is only the line that Defender's script runner writes. */
  | 'transcriptLineOnly'
  | 'notEmpty';

/**
 * Explains why a text of a result is empty.
 *
 * @param action - the action as it was loaded here; undefined if it is unknown
 * @param facts - facts about the stored result; undefined if it was not fetched
 */
export function explainEmptiness(
  action: MachineAction | undefined,
  commandIndex: number,
  facts: StoredFacts | undefined,
  stream: ResultStream,
  text: string | undefined,
): Emptiness {
  const command = action === undefined ? undefined : findCommand(action, commandIndex);
  const promised = action === undefined || command === undefined ? 'transcript' : resultOf(action, command);
  if (facts === undefined) {
    const reasons = {
      none: 'putFile',
      file: 'file',
      notYet: 'notYet',
      never: 'neverRan',
      transcript: 'notFetched',
    } as const;
    return reasons[promised];
  }
  if (facts.transcript === undefined || text === undefined) return stream === 'raw' ? 'notEmpty' : 'notAResult';
  if (text === '') return 'none';
  if (!/[^\0]/u.test(text)) return 'nulsOnly';
  const onlyLine = /^([^\r\n\0]*)(?:\r\n|\r|\n)?\0*$/u.exec(text)?.[1];
  return onlyLine !== undefined && isRunnersLine(onlyLine) ? 'transcriptLineOnly' : 'notEmpty';
}
