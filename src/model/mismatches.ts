import type { ResultRef } from '../base/resultUri.ts';
import { parameterOf } from './machineAction.ts';
import { commandOf } from './openedCommand.ts';
import type { Mismatch, ReceivedFacts } from './storedResult.ts';

/** Compares the result with the request: the file name in the link, and the script's name in the result. */
export function findMismatches(facts: ReceivedFacts, foundScript: string | undefined): Mismatch[] {
  // No name was requested for a file that the user opened.
  const fileName = facts.opened === undefined ? findFileNameMismatch(facts.ref, facts.promisedName) : undefined;
  const mismatches: Mismatch[] = fileName === undefined ? [] : [fileName];
  const command = commandOf(facts);
  const askedScript = command === undefined ? undefined : parameterOf(command, 'ScriptName');
  if (askedScript !== undefined && foundScript !== undefined && askedScript !== foundScript) {
    mismatches.push({ kind: 'scriptName', asked: askedScript, found: foundScript });
  }
  return mismatches;
}

/** Compares only the file name in the link. No other fact shows the command that a collected file belongs to. */
export function findFileNameMismatch(
  { actionId, commandIndex }: ResultRef,
  promised: string | undefined,
): Mismatch | undefined {
  const asked = `output_${actionId}_${commandIndex.toString()}`;
  // The extension is not compared. It is `.json` for a script's result, and differs for collected files.
  if (promised === undefined || withoutEnding(promised.toLowerCase()) === asked) return undefined;
  return { kind: 'fileName', asked, found: promised };
}

/** Removes the extension. Returns a name with a line end unchanged, because the service does not write such a name. */
function withoutEnding(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 || /[\n\r\u2028\u2029]/u.test(name) ? name : name.slice(0, dot);
}
