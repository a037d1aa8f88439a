import { l10n, Uri } from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { LiveResponseError, throwIfCancelled } from '../../base/errors.ts';
import { refOf, resultKey, tenantKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { CaseChoice } from '../../case/activeCase.ts';
import type { CaseParts } from '../../case/folder/caseParts.ts';
import type { MachineAction } from '../../defender/schema.ts';
import { findCitationPlaces } from '../../notes/citationPlaces.ts';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { handedRun } from '../../runs/pack/handedRun.ts';
import { namedRow } from '../../runs/pack/namedRow.ts';
import { MOST_PACK_FILES } from '../../runs/pack/packLimits.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { plainPart } from '../runs/runFileName.ts';
import { savePack } from '../runs/writePackFile.ts';
import type { PackServices } from '../runs/writePackFile.ts';
import { agreedCase } from './casePackQuestion.ts';
import type { CaseOffer } from './casePackQuestion.ts';

/** Services that hand over a case. */
export type CasePackServices = PackServices &
  Pick<Services, 'connections' | 'marks' | 'packs' | 'runOverviews' | 'sessions'>;

/** Largest number of results of a pack: what this extension opens again, with its other files. */
const MOST_RESULTS = 10_000;
/** Files of a pack besides results, notes and record. */
const OTHER_FILES = 1100;
/** Tenants that are offered. Whoever shares the folder can name thousands. */
const MOST_TENANTS = 50;

/** A case and the results that it names, by tenant, the most first. */
interface ReadCase {
  readonly parts: CaseParts;
  readonly tenants: readonly (readonly ResultRef[])[];
  /** Number of results, also of those that no tenant of the list has. */
  readonly results: number;
}

/**
 * Hands over a case: the results that its record and its marks name and its notes cite, and of the case itself what the
 * person chooses. Nothing of it is chosen beforehand.
 */
export async function handOverCase(services: CasePackServices, runner: CommandRunner): Promise<void> {
  const open = services.activeCase.current;
  if (open === undefined) return;
  const title = l10n.t('Hand Over Case');
  const steps = { tryAgain: () => handOverCase(services, runner) };
  const read = await runner.run(title, ({ signal }) => readCase(services, open, signal), steps);
  const refs = read === undefined ? undefined : await chooseTenant(services, title, read);
  if (read === undefined || refs === undefined) return;
  const found = await runner.run(title, ({ signal }) => rowsOf(services, refs, signal), steps);
  if (found === undefined) return;
  const { parts, tenants, results } = read;
  const others = {
    names: tenants.filter((one) => one !== refs).map((one) => nameOf(services.connections, one)),
    results: results - refs.length,
  };
  const trouble = services.marks.trouble;
  const unread = parts.refused + found.strange + (trouble?.refused ?? 0) + (trouble?.unreadable ?? 0);
  const content = await agreedCase({ title, parts, others, unread, ...found });
  const fileName = ['case', plainPart(open.name)].filter((part) => part !== '').join('-');
  if (content !== undefined) await savePack(services, runner, content, Uri.file(open.folder), fileName);
}

async function readCase(services: CasePackServices, open: CaseChoice, signal: AbortSignal): Promise<ReadCase> {
  const { activeCase, connections, marks, packs, store } = services;
  await activeCase.settle();
  await marks.read();
  const { id, ...read } = await (await activeCase.tools()).readCaseParts(open.folder, signal);
  // The folder may hold another case by now.
  if (id !== open.id) throw new LiveResponseError('fileFailed', { reason: 'strangeCase' });
  const parts = { id, ...read, ...(activeCase.isAllowed ? {} : { record: undefined }) };
  const cited = new Map<string, ResultRef>();
  const decoder = new TextDecoder();
  for (const { bytes } of parts.notes) {
    // Between two notes, a click gets its turn.
    await systemClock.wait(0, signal);
    for (const { found } of findCitationPlaces(decoder.decode(bytes)))
      cited.set(resultKey(found.address), refOf(found.address));
  }
  const all = new Map<string, ResultRef>();
  for (const named of [...parts.named, ...cited.values(), ...marks.named]) {
    throwIfCancelled(signal);
    // A link leads to an open pack, too.
    const ref = await packs.resolve(named, store);
    all.set(resultKey(ref), ref);
  }
  const tenants = [...Map.groupBy(all.values(), tenantKey).values()].filter(([first]) => {
    // A file names whatever tenant it likes. A pack that is not open has nothing here.
    if (first === undefined || first.cloud === 'file') return false;
    return first.cloud !== 'pack' || connections.forTenant(first) !== undefined;
  });
  return { parts, tenants: tenants.sort((one, other) => other.length - one.length), results: all.size };
}

/** Asks whose results are handed over if they are of several tenants: a pack is of one. */
async function chooseTenant(
  { connections }: CasePackServices,
  title: string,
  { parts, tenants }: ReadCase,
): Promise<readonly ResultRef[] | undefined> {
  if (tenants.length === 0) {
    void notify(
      'information',
      l10n.t(
        'The record, the notes and the marks of this case name no result that a pack can hold. Select rows, and choose Hand Over….',
      ),
    );
  }
  const items = tenants.slice(0, MOST_TENANTS).map((refs) => ({
    label: nameOf(connections, refs),
    description: l10n.t('Results: {0}', refs.length),
    refs,
  }));
  const refs = (
    items.length > 1
      ? await pickOne(items, { title, placeHolder: l10n.t('A pack is of one tenant. Whose results?') })
      : items[0]
  )?.refs;
  const files = 2 * (refs?.length ?? 0) + parts.notes.length + (parts.record?.files.length ?? 0) + OTHER_FILES;
  if (refs === undefined || (refs.length <= MOST_RESULTS && files <= MOST_PACK_FILES)) return refs;
  void notify(
    'warning',
    l10n.t(
      'The case has {0} results and {1} other files, and a pack holds {2} results and {3} files in all. Select rows, and choose Hand Over….',
      ...[refs.length, files - 2 * refs.length - OTHER_FILES, MOST_RESULTS, MOST_PACK_FILES],
    ),
  );
  return undefined;
}

function nameOf(connections: CasePackServices['connections'], [first]: readonly ResultRef[]): string {
  if (first === undefined) return '';
  return connections.forTenant(first)?.name ?? first.tenantId;
}

/** Returns the rows of the pack: also of results that are not stored here, with the reason. */
async function rowsOf(
  { connections, runOverviews, sessions, store, marks }: CasePackServices,
  refs: readonly ResultRef[],
  signal: AbortSignal,
): Promise<Pick<CaseOffer, 'lines' | 'record' | 'rows'> & { readonly strange: number }> {
  const [first] = refs;
  if (first === undefined) throw new Error('a tenant without results');
  const { cloud, tenantId } = first;
  await store.learn(first);
  throwIfCancelled(signal);
  const connection = connections.forTenant(first);
  const session = connection === undefined ? undefined : sessions.of(connection);
  const stored = new Map(refs.flatMap((ref) => store.known(ref)?.action ?? []).map((action) => [action.id, action]));
  const actionOf = (id: string): MachineAction | undefined => session?.known(id) ?? stored.get(id);
  const run = handedRun({ cloud, tenantId }, refs, actionOf);
  const record = { run, state: 'none' as const, failures: {} };
  const rows = runOverviews.rowsOf(record);
  const there = new Set(rows.map(({ ref }) => resultKey(ref)));
  const others = refs.filter((ref) => !there.has(resultKey(ref)));
  // Nobody ran a command that a known session does not have, whoever named it.
  const unknown = others.filter(({ actionId }) => actionOf(actionId) === undefined);
  const sorted = unknown.toSorted((one, other) => (resultKey(one) < resultKey(other) ? -1 : 1));
  const lines = await marks.linesAbout(rows.flatMap((row) => row.facts?.ref ?? []));
  return { record, rows: [...rows, ...sorted.map(namedRow)], lines, strange: others.length - unknown.length };
}
