import type { DownloadFacts } from '../defender/download/download.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { ActionRef, ResultName } from '../base/resultUri.ts';
import { findCommand, hostOf, subjectOf } from '../model/machineAction.ts';
import type { ResultSource } from './resultSource.ts';
import type { ReceivedFacts } from '../model/storedResult.ts';

/**
 * Returns all known facts about a file whose bytes have arrived. The bytes are not decoded yet. Never fails.
 *
 * @param ref - the result, or the action of an investigation package
 */
export async function describeReceived<Ref extends ActionRef & { readonly commandIndex?: number }>(
  source: ResultSource,
  ref: Ref,
  action: MachineAction,
  { sha256, size, receivedAt, answeredAt, promisedName, blob, lengthUnknown }: DownloadFacts,
): Promise<Omit<ReceivedFacts, 'ref'> & { readonly ref: Ref }> {
  const fetchedBy = await source.account().catch(() => undefined);
  return {
    ref,
    name: nameOf(source.connectionName, action, ref.commandIndex),
    action,
    sha256,
    size,
    fetchedAt: receivedAt,
    answeredAt,
    fetchedBy,
    fetchedWith: source.toolVersion,
    promisedName,
    blob,
    ...(lengthUnknown === undefined ? {} : { lengthUnknown }),
  };
}

/**
 * Returns the name of a result's tab. The name never changes, so that a result keeps its address even if its connection
 * or device is renamed.
 */
function nameOf(connection: string, action: MachineAction, commandIndex: number | undefined): ResultName {
  const command = commandIndex === undefined ? undefined : findCommand(action, commandIndex);
  return {
    connection,
    device: hostOf(action),
    script: command === undefined ? action.type : subjectOf(command),
    createdAt: action.creationDateTimeUtc,
  };
}
