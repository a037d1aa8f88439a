import { l10n, Uri } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { CaseChoice } from '../../case/activeCase.ts';
import type { CaseParts, RecordParts } from '../../case/folder/caseParts.ts';
import type { MarkLine } from '../../case/marks/markLine.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { refOf, resultKey, tenantKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { forbidden } from '../../messages/policy/policyWords.ts';
import { UNKNOWN_ACTION } from '../../model/machineAction.ts';
import { findCitationPlaces } from '../../notes/citationPlaces.ts';
import { ask, notify } from '../../platform/show/notifications.ts';
import { pickOne, pickSeveral } from '../../platform/show/quickInputs.ts';
import { handedRun } from '../../runs/pack/handedRun.ts';
import { packedCase } from '../../runs/pack/packedCase.ts';
import type { RunRow } from '../../runs/runRows.ts';
import { toMember } from '../../runs/runs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { chooseFile, countLines, listNames, resultWords } from '../runs/packQuestion.ts';
import type { Content } from '../runs/packQuestion.ts';
import { savePack } from '../runs/writePackFile.ts';
import type { PackServices } from '../runs/writePackFile.ts';

/** Services that hand over a case. */
export type CasePackServices = PackServices &
  Pick<Services, 'connections' | 'marks' | 'policy' | 'runOverviews' | 'sessions'>;

/** Largest number of results of a pack that can be opened again. */
const MOST_RESULTS = 10_000;

/** Results of one tenant that a case names. */
interface Tenant {
  readonly refs: readonly ResultRef[];
  /** Results that the case names besides, of other tenants or opened from files. */
  readonly others: number;
}

/**
 * Hands over a case: the results that its record, its notes and its marks name, and of the case itself what the person
 * chooses. Nothing of it is chosen beforehand.
 */
export async function handOverCase(services: CasePackServices, runner: CommandRunner): Promise<void> {
  const { activeCase, marks, policy } = services;
  const open = activeCase.current;
  if (open === undefined) return;
  if (!policy.isAllowed('packs')) {
    void notify('warning', forbidden('packs'));
    return;
  }
  const title = l10n.t('Hand Over Case');
  const parts = await runner.run(title, async ({ signal }) => {
    await activeCase.settle();
    await marks.read();
    return (await activeCase.tools()).readCaseParts(open.folder, signal);
  });
  const tenant = parts === undefined ? undefined : await chooseTenant(services, title, parts);
  if (parts === undefined || tenant === undefined) return;
  const found = await runner.run(title, async ({ signal }) => rowsOf(services, tenant.refs, signal));
  if (found === undefined) return;
  const content = await agreedCase(services, { title, parts, tenant, ...found });
  if (content === undefined) return;
  await savePack(services, runner, content, Uri.file(open.folder), fileName(open));
}

/** Finds the results that the case names. Of several tenants, the person chooses one: a pack is of one tenant. */
async function chooseTenant(
  { connections, marks }: CasePackServices,
  title: string,
  { named, notes }: CaseParts,
): Promise<Tenant | undefined> {
  const decoder = new TextDecoder();
  const cited = notes.flatMap(({ bytes }) =>
    findCitationPlaces(decoder.decode(bytes)).map(({ found }) => refOf(found.address)),
  );
  const all = new Map([...named, ...cited, ...marks.named].map((ref) => [resultKey(ref), ref]));
  const tenants = [...Map.groupBy(all.values(), tenantKey)]
    // A result that was opened from a file is of whatever tenant that file names.
    .filter(([, [first]]) => first?.cloud !== 'file');
  const items = tenants.map(([, refs]) => ({
    label: nameOf(connections, refs),
    description: l10n.t('Results: {0}', refs.length),
    refs,
  }));
  const chosen =
    items.length > 1
      ? await pickOne(items, { title, placeHolder: l10n.t('A pack is of one tenant. Whose results?') })
      : items[0];
  if (items.length === 0) {
    void notify(
      'information',
      l10n.t('The record, the notes and the marks of this case name no result. Select rows, and choose Hand Over….'),
    );
  }
  if (chosen === undefined) return undefined;
  if (chosen.refs.length > MOST_RESULTS) {
    void notify(
      'warning',
      l10n.t(
        'The case names {0} results, and a pack holds {1}. Select rows, and choose Hand Over….',
        chosen.refs.length,
        MOST_RESULTS,
      ),
    );
    return undefined;
  }
  return { refs: chosen.refs, others: all.size - chosen.refs.length };
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
): Promise<Pick<Content, 'record' | 'rows'> & { readonly lines: ReadonlyMap<string, readonly MarkLine[]> }> {
  const [first] = refs;
  if (first === undefined) throw new Error('a tenant without results');
  const { cloud, tenantId } = first;
  await store.learn(first);
  throwIfCancelled(signal);
  const connection = connections.forTenant(first);
  const session = connection === undefined ? undefined : sessions.of(connection);
  const stored = new Map(refs.flatMap((ref) => store.known(ref)?.action ?? []).map((action) => [action.id, action]));
  const run = handedRun({ cloud, tenantId }, refs, (id) => session?.known(id) ?? stored.get(id));
  const record = { run, state: 'none' as const, failures: {} };
  const rows = runOverviews.rowsOf(record);
  const there = new Set(rows.map(({ ref }) => resultKey(ref)));
  const unknown = refs.filter((ref) => !there.has(resultKey(ref))).map(unknownRow);
  const facts = rows.flatMap((row) => row.facts?.ref ?? []);
  return { record, rows: [...rows, ...unknown], lines: await marks.linesAbout(facts) };
}

/** Returns the row of a result of which nothing but its name in the case is known. */
function unknownRow(ref: ResultRef): RunRow {
  const command = {
    ...{ index: ref.commandIndex, commandStatus: '', errors: [], startTime: null, endTime: null },
    command: { type: '', params: [] },
  };
  return {
    member: toMember({ ...UNKNOWN_ACTION, id: ref.actionId }, command),
    ref,
    state: 'failed',
    facts: undefined,
    failure: undefined,
    reasons: [
      {
        code: 'packSaid',
        source: 'seen',
        values: { why: 'the case names it; it is not stored where the pack was written' },
      },
    ],
  };
}

interface CaseOffer {
  readonly title: string;
  readonly parts: CaseParts;
  readonly tenant: Tenant;
  readonly record: Content['record'];
  readonly rows: Content['rows'];
  readonly lines: ReadonlyMap<string, readonly MarkLine[]>;
}

/** Asks what of the case goes in, says what that holds, and asks again. */
async function agreedCase(
  { activeCase }: Pick<CasePackServices, 'activeCase'>,
  { title, parts, tenant, record, rows, lines }: CaseOffer,
): Promise<Content | undefined> {
  const { name, number, notes, refused } = parts;
  const recorded = activeCase.isAllowed ? parts.record : undefined;
  const marksRow = {
    label: l10n.t('Marks'),
    detail: l10n.t(
      'Lines: {0}, pseudonyms: {1}. Also of remarks that were changed or deleted later',
      countLines(lines),
      listNames([...lines.keys()]),
    ),
  };
  const notesRow = {
    label: l10n.t('Notes'),
    detail: l10n.t('Markdown files, whole and as they were saved: {0}', listNames(notes.map(({ place }) => place))),
  };
  const recordRow = {
    label: l10n.t('Record and Anchors'),
    detail: recorded === undefined ? '' : recordWords(recorded),
  };
  const items: readonly QuickPickItem[] = [
    ...(lines.size === 0 ? [] : [marksRow]),
    ...(notes.length === 0 ? [] : [notesRow]),
    ...(recorded === undefined ? [] : [recordRow]),
  ];
  const chosen =
    items.length === 0
      ? []
      : await pickSeveral(items, { title, placeHolder: l10n.t('Only the results go in unless you choose more') });
  if (chosen === undefined) return undefined;
  const question = l10n.t('Hand over the case {0}?', name);
  const goOn = chooseFile();
  const answer = await ask(
    {
      severity: 'information',
      question,
      details: [
        l10n.t('It holds the results that the record, the notes and the marks of the case name.'),
        ...resultWords(rows),
        ...(tenant.others === 0 ? [] : [l10n.t('Of other tenants or files, and not in it: {0}.', tenant.others)]),
        ...chosen.map(({ label, detail = '' }) => `${label}: ${detail}.`),
        ...(refused === 0 || !chosen.includes(notesRow)
          ? []
          : [l10n.t('Files or folders that were not read: {0}.', refused)]),
        l10n.t('Collected files, and what is not named here, are not in it.'),
      ],
    },
    goOn,
  );
  if (answer !== goOn) return undefined;
  const handed = chosen.includes(recordRow) ? recorded : undefined;
  return {
    ...{ record, rows, question },
    marks: chosen.includes(marksRow) ? lines : undefined,
    ofCase: packedCase({ name, number, record: handed, notes: chosen.includes(notesRow) ? notes : [] }),
  };
}

function recordWords({ steps, writers, users }: RecordParts): string {
  const words = l10n.t(
    'Steps: {0}, pseudonyms: {1}, with the names of notes, connections and files',
    steps,
    listNames(writers),
  );
  return users.length === 0 ? words : `${words}. ${l10n.t('It names accounts on machines: {0}', listNames(users))}`;
}

/** Returns the name of a case for a file: only letters, digits and hyphens are kept. */
function fileName({ name }: CaseChoice): string {
  const plain = name
    .replaceAll(/[^a-z\d]+/giu, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/gu, '');
  return plain === '' ? 'case' : `case-${plain}`;
}
