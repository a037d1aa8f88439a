import type { EvidenceSource } from '../evidence/blocks/evidenceSource.ts';
import type { ResultStream } from '../base/resultUri.ts';
import { parameterOf, subjectOf } from '../model/machineAction.ts';
import { commandOf } from '../model/openedCommand.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/**
 * Returns the facts about a stored result that a quotation states as its source.
 *
 * @returns undefined if the result has no such text
 */
export function toEvidenceSource(
  facts: StoredFacts,
  stream: ResultStream,
  toolVersion: string,
): EvidenceSource | undefined {
  const { action, transcript, ref, name } = facts;
  const text = stream === 'raw' ? facts.raw : transcript?.[stream];
  if (text === undefined) return undefined;
  const command = commandOf(facts);
  return {
    address: { ...ref, stream },
    ...(facts.opened === undefined ? {} : { opened: facts.opened }),
    connection: name.connection,
    device: action.computerDnsName,
    machineId: action.machineId,
    script: command === undefined ? undefined : subjectOf(command),
    scriptArguments: command === undefined ? undefined : parameterOf(command, 'Args'),
    requestor: action.requestor,
    requestorComment: action.requestorComment,
    actionStatus: action.status,
    commandStatus: command?.commandStatus,
    createdAt: action.creationDateTimeUtc,
    startedAt: command?.startTime,
    endedAt: command?.endTime,
    updatedAt: action.lastUpdateDateTimeUtc,
    fetchedAt: facts.fetchedAt,
    answeredAt: facts.answeredAt,
    fetchedBy: facts.fetchedBy,
    fetchedWith: facts.fetchedWith,
    toolVersion,
    exitCode: transcript?.exitCode,
    file: { size: facts.size, sha256: facts.sha256 },
    text: { lines: text.lines, sha256: text.sha256 },
    blob: facts.blob,
    ...(facts.lengthUnknown === undefined ? {} : { lengthUnknown: facts.lengthUnknown }),
    changes: facts.changes,
    mismatches: facts.mismatches,
  };
}
