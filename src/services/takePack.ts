import { LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import type { CaseMarks } from '../case/marks/caseMarks.ts';
import type { PackMarks } from '../case/marks/packMarks.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import { describePacked } from '../results/openedResult.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { packConnection } from '../connections/connection.ts';
import type { ConnectionList } from '../connections/connectionList.ts';
import type { Packs } from '../connections/packs.ts';
import { packActions } from '../runs/pack/packActions.ts';
import type { ReadPack } from '../runs/pack/read/openPack.ts';

/** Services that keep a pack. */
export interface PackKeepers {
  readonly connections: Pick<ConnectionList, 'activate'>;
  readonly marks: Pick<CaseMarks, 'forgetPack' | 'keepPack'>;
  readonly packs: Pick<Packs, 'add' | 'inTurn' | 'of'>;
  readonly store: Pick<ResultStore, 'deleteOf' | 'put'>;
}

/**
 * Keeps the results of a pack in memory, and adds its connection. A pack that is open already becomes the active
 * connection. Whatever fails, nothing of it stays.
 *
 * @param pack - a pack without differences
 * @param names - names of its file and of its connection
 * @returns the results that were kept
 * @throws LiveResponseError `packRefused` if the file was replaced meanwhile, `managed` if an administrator forbids it
 */
export function takePack(
  keepers: PackKeepers,
  pack: ReadPack,
  names: PackNames,
  options: TakeOptions,
): Promise<readonly StoredFacts[]> {
  return keepers.packs.inTurn(options.signal, (signal) => take(keepers, pack, names, { ...options, signal }));
}

interface TakeOptions {
  readonly signal: AbortSignal;
  readonly onKept?: (kept: number) => void;
  /** Returns the marks of the pack, about results of this identity; undefined if it came without. */
  readonly marksOf?: (tenant: Pick<ResultRef, 'cloud' | 'tenantId'>) => PackMarks | undefined;
}

/** Names of a pack's file and of its connection. */
interface PackNames {
  readonly file: string;
  readonly connection: string;
}

async function take(
  { connections, marks, packs, store }: PackKeepers,
  { differences, rows, seal, tenant: said, result }: ReadPack,
  names: PackNames,
  { signal, onKept, marksOf }: TakeOptions,
): Promise<readonly StoredFacts[]> {
  // The caller shows them as a page. Nothing of such a pack may be kept.
  if (differences.length > 0) throw new LiveResponseError('packRefused', { reason: 'replaced' });
  const connection = packConnection(names.connection, seal);
  const { cloud, tenantId } = connection;
  const open = packs.of(connection);
  if (open !== undefined) {
    await connections.activate(open.connection.name);
    return [];
  }
  const kept: StoredFacts[] = [];
  try {
    for (const row of rows) {
      if (row.file === undefined) continue;
      const { actionId, commandIndex, sha256 = '' } = row;
      const { bytes, facts } = await result(row);
      const place = {
        ref: { cloud, tenantId, actionId, commandIndex },
        connection: names.connection,
        pack: names.file,
      };
      const described = describePacked(facts, { sha256, size: bytes.length }, place);
      if (described === undefined) throw new LiveResponseError('packRefused', { reason: 'odd', path: row.file });
      kept.push(await store.put(described.facts, bytes, described.action));
      throwIfCancelled(signal);
      onKept?.(kept.length);
    }
    const own = marksOf?.(connection);
    if (own !== undefined) marks.keepPack(connection, own);
    const known = kept.map(({ action }) => action);
    await packs.add({ connection, said, ...packActions(connection, rows, known) });
  } catch (error) {
    marks.forgetPack(connection);
    await store.deleteOf(connection);
    throw error;
  }
  return kept;
}
