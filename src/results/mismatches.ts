import { findCommand, parameterOf } from './commands.ts';
import type { Mismatch, ReceivedFacts } from './storedResult.ts';

/** Compares what came with what was asked for: the file name in the link, and the script's name in the result. */
export function findMismatches(facts: ReceivedFacts, foundScript: string | undefined): Mismatch[] {
  const mismatches: Mismatch[] = [];
  const { actionId, commandIndex } = facts.ref;
  const asked = `output_${actionId}_${commandIndex.toString()}`;
  // The extension differs: `.json` for scripts, others for files.
  const promised = facts.promisedName;
  if (promised !== undefined && promised.toLowerCase().replace(/\..*$/u, '') !== asked) {
    mismatches.push({ kind: 'fileName', asked, found: promised });
  }
  const command = findCommand(facts.action, commandIndex);
  const askedScript = command === undefined ? undefined : parameterOf(command, 'ScriptName');
  if (askedScript !== undefined && foundScript !== undefined && askedScript !== foundScript) {
    mismatches.push({ kind: 'scriptName', asked: askedScript, found: foundScript });
  }
  return mismatches;
}
