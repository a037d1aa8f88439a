import { EXTENSION } from '../blocks/citation.ts';
import { RESULT_SCHEME } from '../../base/scheme.ts';
import { unwrapLink } from './unwrapLink.ts';
import { isGuid, parseResultUri } from '../../base/resultUri.ts';

/** A machine action that a text names, and the command if the text names one. */
export interface FoundReference {
  /** Lower-case GUID. */
  readonly actionId: string;
  readonly commandIndex: number | undefined;
}

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/**
 * Limit for the searched text, in UTF-16 units. A clipboard can hold anything, but a text that names actions is
 * shorter.
 */
const MAX_LENGTH = 50_000;

/**
 * Finds the machine actions named in any text: a chat line, the documentation's two-line GET, `id#1`, an API address, a
 * result file's name, an expired download link, or one of our addresses. Each can also stand inside a link of mail
 * protection.
 *
 * Of a download link, only the file name in its `rscd` is read. The GUIDs in its path and signature are not action ids,
 * and the link itself is a secret that goes no further.
 *
 * @returns references that name a command first, then bare ids, each once, in the order of the text
 */
export function findReferences(text: string): FoundReference[] {
  return findIn(text.slice(0, MAX_LENGTH));
}

function findIn(text: string): FoundReference[] {
  const found = new Map<string, FoundReference>();
  const add = (actionId: string | undefined, index: string | undefined): void => {
    const id = actionId?.toLowerCase();
    if (!isGuid(id)) return;
    const commandIndex = index === undefined ? undefined : Number(index);
    const key = `${id}#${commandIndex?.toString() ?? ''}`;
    if (!found.has(key)) found.set(key, { actionId: id, commandIndex });
  };

  // Each kind is removed once it is read, so that a GUID in it does not count as a bare id later.
  let rest = text.replace(/https?:\/\/[^\s<>"]+/giu, (link) => {
    const target = unwrapLink(link);
    if (target !== undefined) {
      for (const { actionId, commandIndex } of findIn(target)) add(actionId, commandIndex?.toString());
      return ' ';
    }
    if (!/[?&](?:amp;)?(?:sig|skoid|rscd)=/iu.test(link)) return link;
    const file = new RegExp(`output_(${GUID})_(\\d{1,6})`, 'iu').exec(link);
    add(file?.[1], file?.[2]);
    return ' ';
  });
  // No path of ours holds a colon. Without that limit, each of many starts of an address would be read to the end.
  const ours = new RegExp(`(?:${RESULT_SCHEME}:|://${EXTENSION}/)[^?:\\n]*\\?([\\w=&%-]*)`, 'giu');
  rest = rest.replace(ours, (_address, encoded: string) => {
    // An editor copies an address with `=` and `&` encoded. An address from outside names its lines in the query.
    const [query = ''] = encoded.replace(/%3D/giu, '=').replace(/%26/gu, '&').split('&at=', 1);
    const address = parseResultUri({ scheme: RESULT_SCHEME, query });
    add(address?.actionId, address?.commandIndex.toString());
    return ' ';
  });
  const call = '\\s*/\\s*GetLiveResponseResultDownloadLink\\s*\\(\\s*index\\s*(?:=|%3D)\\s*(\\d{1,6})\\s*\\)';
  rest = rest.replace(
    new RegExp(`machineactions/(${GUID})(?:${call})?`, 'giu'),
    (_address, id: string, index?: string) => {
      add(id, index);
      return ' ';
    },
  );
  rest = rest.replace(
    new RegExp(`output_(${GUID})_(\\d{1,6})(?!\\d)|(${GUID})#(\\d{1,6})(?!\\d)`, 'giu'),
    (_name, id?: string, index?: string, hashId?: string, hashIndex?: string) => {
      add(id ?? hashId, index ?? hashIndex);
      return ' ';
    },
  );
  // The portal's addresses end with the tenant's id, which is not an action.
  rest = rest.replace(new RegExp(`\\btid=${GUID}`, 'giu'), ' ');
  for (const [id] of rest.matchAll(new RegExp(`(?<![0-9a-z-])${GUID}(?![0-9a-z-])`, 'giu'))) add(id, undefined);

  const all = [...found.values()];
  const namesCommand = new Set(all.filter((one) => one.commandIndex !== undefined).map((one) => one.actionId));
  return [
    ...all.filter((one) => one.commandIndex !== undefined),
    ...all.filter((one) => one.commandIndex === undefined && !namesCommand.has(one.actionId)),
  ];
}
