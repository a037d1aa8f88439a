import { ExportTally, toStrictJson } from '../../evidence/export/exportText.ts';
import type { ReceivedAction } from '../../defender/list/receivedActions.ts';
import type { ActionRef } from '../../base/resultUri.ts';
import { hashText } from '../../base/hashText.ts';
import type { ReceivedFacts, StoredFacts } from '../../model/storedResult.ts';

/**
 * Facts about a file: all facts if the extension also decoded it, fewer facts if the file was only saved. Without a
 * command index, the file is the investigation package of its action.
 */
export type FileFacts = Omit<ReceivedFacts, 'ref'> &
  Omit<Partial<StoredFacts>, 'ref'> & { readonly ref: ActionRef & { readonly commandIndex?: number } };

/**
 * Returns everything known about a result file as JSON, for readers without this extension. The text ends with a line
 * end.
 */
export function toFactsJson(facts: FileFacts, action: ReceivedAction | undefined, toolVersion: string): string {
  const { transcript, raw, opened, answeredAt } = facts;
  // The address of an opened file is made from its hash and names no machine action. Only the address in its own facts
  // file is written.
  const ref = opened === undefined ? facts.ref : opened.said;
  const isPackage = opened === undefined && facts.ref.commandIndex === undefined;
  const textFacts = (text: typeof raw): object | null =>
    text === undefined ? null : { sha256OfTextAsUtf8: text.sha256, lines: text.lines };
  const all = {
    writtenBy: `Live Response Results ${toolVersion}`,
    ...(isPackage ? { contents: 'investigation package' } : {}),
    file: {
      sha256: facts.sha256,
      size: facts.size,
      promisedName: facts.promisedName ?? null,
      ...(facts.lengthUnknown === undefined ? {} : { lengthUnknown: facts.lengthUnknown }),
    },
    openedFrom: opened?.kind ?? null,
    cloud: ref?.cloud ?? null,
    tenantId: ref?.tenantId ?? null,
    actionId: ref?.actionId ?? null,
    commandIndex: ref?.commandIndex ?? null,
    connection: facts.name.connection,
    answeredAt: answeredAt === undefined ? null : new Date(answeredAt).toISOString(),
    fetchedAt: new Date(facts.fetchedAt).toISOString(),
    fetchedAtClock: 'local',
    fetchedBy: facts.fetchedBy ?? null,
    fetchedWith: facts.fetchedWith === undefined ? null : `Live Response Results ${facts.fetchedWith}`,
    blob: facts.blob,
    exitCode: transcript?.exitCode ?? null,
    output: textFacts(transcript?.output),
    errors: textFacts(transcript?.errors),
    raw: textFacts(raw),
    changes: facts.changes ?? null,
    mismatches: facts.mismatches ?? null,
    // The parsed action. `actionAsReceived` contains the text that the API sent.
    action: facts.action,
    actionAsReceived: action === undefined ? null : receivedFacts(action),
  };
  const tally = new ExportTally();
  const json = toStrictJson(all, tally, 2);
  const { loneSurrogates } = tally;
  // UTF-8 cannot encode lone surrogates. A lone surrogate in a name or a text is written as U+FFFD, as in the hashes of
  // texts. The file states how many were written.
  return `${loneSurrogates === 0 ? json : toStrictJson({ ...all, loneSurrogates }, tally, 2)}\n`;
}

function receivedFacts({ text, from, receivedAt, serverDate }: ReceivedAction): object {
  return {
    text,
    sha256OfTextAsUtf8: hashText(text),
    from: from === 'action' ? 'its own answer' : 'an element of a list',
    receivedAt: new Date(receivedAt).toISOString(),
    receivedAtClock: 'local',
    serverDate: serverDate ?? null,
  };
}
