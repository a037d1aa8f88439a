import { EXTENSION } from '../blocks/citation.ts';
import { RESULT_SCHEME } from '../../base/scheme.ts';
import { unwrapLink } from './unwrapLink.ts';
import { isGuid, parseResultUri } from '../../base/resultUri.ts';

/** A machine action that a text names, and the command if the text names one. */
export interface FoundReference {
  /** The action's id: a lower-case GUID. */
  readonly actionId: string;
  readonly commandIndex: number | undefined;
}

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/**
 * Limit for the searched text, in UTF-16 units. A clipboard can contain a text of any length, but a text that names
 * actions is shorter.
 */
const MAX_LENGTH = 50_000;

/**
 * Finds the machine actions named in any text: a chat line, the documentation's two-line GET, `id#1`, an API address, a
 * result file's name, an expired download link, or one of our addresses. An address or a link can also be inside a link
 * that a mail protection service made.
 *
 * Only the file name in the `rscd` of a download link is read. The GUIDs in the link's path and signature are not
 * action ids. The link is a secret, so it is not returned.
 *
 * @returns first the references with a command, then the ids without a command. Each group is in the order of the text,
 *   without duplicates.
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

  // Each reference is removed after it is read. Otherwise its GUID would later count as an id without a command.
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
  // The path of our addresses has no colon, so the pattern excludes colons. Otherwise a text with many starts of an
  // address would be read to its end for each of them.
  const ours = new RegExp(`(?:${RESULT_SCHEME}:|://${EXTENSION}/)[^?:\\n]*\\?([\\w=&%-]*)`, 'giu');
  rest = rest.replace(ours, (_address, encoded: string) => {
    // An editor copies an address with `=` and `&` encoded. A `vscode:` address has the cited lines in `&at=`.
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
