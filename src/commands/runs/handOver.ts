import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { env, l10n, Uri, window, workspace } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import type { MarkLine } from '../../case/marks/markLine.ts';
import { formatBytes } from '../../messages/format.ts';
import { forbidden } from '../../messages/policy/policyWords.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { confirmInStatusBar, ask, notify } from '../../platform/show/notifications.ts';
import { handedRun } from '../../runs/pack/handedRun.ts';
import { packBytes, packFile } from '../../runs/pack/packedBytes.ts';
import { hostsOf } from '../../runs/pack/packHosts.ts';
import { packHead } from '../../runs/pack/packHead.ts';
import { packFiles } from '../../runs/pack/packFiles.ts';
import type { PackInput } from '../../runs/pack/packFiles.ts';
import type { PackSeal } from '../../runs/pack/packWriter.ts';
import type { RunRow } from '../../runs/runRows.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { findTargets } from '../common/targets.ts';
import type { TargetServices } from '../common/targets.ts';
import { all, IN_ACTIONS_VIEW, IN_RUN_OVERVIEW, MAY_PACK, ON_RESULT_ROW } from '../common/when.ts';
import { toFactsJson } from '../save/resultFacts.ts';
import { nameOfFile } from '../save/saveResult.ts';
import { isLocal, localPath } from '../save/writeElsewhere.ts';
import { writeThrough } from '../save/writeRows.ts';
import { chooseRun } from './chooseRun.ts';
import { runFileName } from './runFileName.ts';

type HandOverServices = Pick<
  Services,
  'activeCase' | 'loadPackWriter' | 'log' | 'marks' | 'runOverviews' | 'store' | 'toolVersion'
>;

/** Results that are handed over. */
interface Handed {
  readonly record: RunRecord;
  readonly question: string;
}

/** Content of a pack, as the person was told it. */
interface Content extends Handed {
  readonly rows: readonly RunRow[];
  /** Marks of its results, if the person chose them. */
  readonly marks?: PackInput['marks'];
}

/** Time for which the status bar confirms a copy, ms. */
const CONFIRM_MS = 5000;

/**
 * `liveResponse.handOver`: writes a run, or the selected results of the tree, as a pack that others can check without
 * this extension. Before it asks for a file, it says what goes in, how large it is, and whose names it holds.
 */
async function handOver(
  services: HandOverServices & TargetServices & Pick<Services, 'runs' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const handed = selectedResults(services, args) ?? (await wholeRun(services, runner, args));
  if (handed === undefined) return;
  const { runOverviews, marks, store } = services;
  const { record } = handed;
  const found = await runner.run(l10n.t('Handing over'), async () => {
    await store.learn(record.run.tenant);
    const rows = runOverviews.rowsOf(record);
    const refs = marks.isShown(record.run.tenant) ? rows.flatMap(({ facts }) => facts?.ref ?? []) : [];
    return { ...handed, rows, marks: await marks.linesAbout(refs) };
  });
  const content = found === undefined ? undefined : await agreedContent(found);
  if (content === undefined) return;
  await saveTo(services, runner, content, workspace.workspaceFolders?.[0]?.uri);
}

async function wholeRun(
  services: Parameters<typeof chooseRun>[0],
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<Handed | undefined> {
  const record = await chooseRun(services, runner, args);
  return record && { record, question: l10n.t('Hand over the run of {0}?', record.run.words.script) };
}

/** Returns the results of the selected rows of the tree; undefined if the command was not started there. */
function selectedResults(
  services: TargetServices & Pick<Services, 'sessions'>,
  args: readonly unknown[],
): Handed | undefined {
  const refs = isTreeNode(args[0]) ? findTargets(services, args).map(({ ref }) => ref) : [];
  const [first] = refs;
  const connection = first === undefined ? undefined : services.connections.forTenant(first);
  if (first === undefined || connection === undefined) return undefined;
  const { cloud, tenantId } = first;
  const session = services.sessions.of(connection);
  const run = handedRun({ cloud, tenantId }, refs, (actionId) => session.known(actionId));
  return { record: { run, state: 'none', failures: {} }, question: l10n.t('Hand over the selected results?') };
}

/**
 * Asks for a file, and writes the pack to it.
 *
 * @param folder - suggested folder; the default is the user's home
 */
async function saveTo(
  services: HandOverServices,
  runner: CommandRunner,
  content: Content,
  folder = Uri.file(homedir()),
): Promise<void> {
  const uri = await window.showSaveDialog({
    title: l10n.t('Hand Over'),
    filters: { [l10n.t('Hand-over pack')]: ['zip'] },
    defaultUri: Uri.joinPath(folder, `${runFileName(content.record)}.zip`),
  });
  if (uri === undefined) return;
  // Part of the work, so that the seal is told after another try, too.
  const work = async (scope: CommandScope): Promise<void> => {
    const sealed = await writeTo(services, content, uri, scope);
    services.activeCase.note({ what: 'packed', seal: sealed.seal, rows: sealed.hosts }, { file: localPath(uri) });
    void tellSealed(uri, sealed);
  };
  await runner.run(l10n.t('Handing over'), work, { saveToFile: () => saveTo(services, runner, content) });
}

/** Number of pseudonyms that the question names. */
const MOST_WRITERS = 20;

/**
 * Says what a pack will hold, and asks whether marks go in.
 *
 * @returns undefined if the user does not agree
 */
async function agreedContent({
  marks,
  ...content
}: Content & { readonly marks: ReadonlyMap<string, readonly MarkLine[]> }): Promise<Content | undefined> {
  const { rows } = content;
  const lines = [...marks.values()].reduce((sum, { length }) => sum + length, 0);
  const writers = [...marks.keys()].sort();
  const stored = rows.flatMap(({ facts }) => facts ?? []);
  const bytes = stored.reduce((sum, { size }) => sum + size, 0);
  const unreadable = rows.filter(({ state }) => state === 'unreadable').length;
  const people = new Set(
    [
      ...stored.flatMap(({ action, fetchedBy }) => [action.requestor, action.cancellationRequestor, fetchedBy]),
      // The reasons of hosts without a result name people, too.
      ...rows.flatMap(({ reasons }) => reasons.flatMap(({ values }) => [values?.['by'], values?.['requestor']])),
    ].filter((name) => typeof name === 'string' && name !== ''),
  );
  const choose = l10n.t('Choose File…');
  const withMarks = l10n.t('With Marks, Choose File…');
  const answer = await ask(
    {
      severity: 'information',
      question: content.question,
      details: [
        l10n.t(
          'Results: {0} ({1} before packing). Hosts without a result, with the reason: {2}.',
          stored.length,
          formatBytes(bytes),
          rows.length - stored.length,
        ),
        ...(unreadable === 0
          ? []
          : [l10n.t('Of the results, {0} cannot be read. They go in as they came.', unreadable)]),
        l10n.t(
          'It names devices: {0}, and people who ran, canceled or fetched: {1}. Comments, arguments, outputs, the other commands of each session and the name of the connection go in as they are. Nothing is encrypted.',
          new Set(rows.map(({ member }) => member.device)).size,
          people.size,
        ),
        ...(lines === 0
          ? []
          : [
              l10n.t(
                'Marks of these results go in only with “{0}”: as they stand in the files, also remarks that were changed or deleted later. Lines: {1}, pseudonyms: {2}.',
                withMarks,
                lines,
                [
                  ...writers.slice(0, MOST_WRITERS),
                  ...(writers.length > MOST_WRITERS ? [`… (${writers.length})`] : []),
                ].join(', '),
              ),
            ]),
        l10n.t('Notes, collected files and the record of a case are not in it.'),
      ],
    },
    choose,
    ...(lines === 0 ? [] : [withMarks]),
  );
  if (answer === undefined) return undefined;
  return answer === withMarks ? { ...content, marks } : content;
}

/** A pack that was written. */
interface Sealed extends Pick<PackSeal, 'seal'> {
  /** Size of the file, in bytes. */
  readonly size: number;
  readonly results: number;
  readonly hosts: number;
}

async function writeTo(
  services: HandOverServices,
  { record, rows, marks }: Content,
  uri: Uri,
  { signal, report }: CommandScope,
): Promise<Sealed> {
  const { store, toolVersion } = services;
  // Folder of this process alone: a file of the user is never touched, and nobody else can read it.
  let temporary: string | undefined;
  const input: PackInput = {
    run: record.run,
    rows,
    marks,
    canHold: ({ facts }) => isLocal(uri) || facts?.large === undefined,
    packed: async (facts) => {
      if (facts.large === undefined) return packedResult(services, facts);
      try {
        temporary ??= await mkdtemp(path.join(tmpdir(), 'live-response-pack-'));
      } catch (error) {
        throw toFileFailed(error);
      }
      return packedFile(services, facts, path.join(temporary, 'result'));
    },
    factsJson: async (facts) => toFactsJson(facts, await store.receivedAction(facts.ref), toolVersion),
  };
  const files = [...packFiles(input)];
  let done = 0;
  let size = 0;
  const onFile = (): void => {
    signal.throwIfAborted();
    done++;
    report(l10n.t('{0} of {1}', done, files.length), done / files.length);
  };
  try {
    const writePack = await services.loadPackWriter();
    const head = packHead(input, toolVersion);
    const sealed = await writeThrough(uri, (append) =>
      writePack(
        files,
        head,
        (bytes) => {
          signal.throwIfAborted();
          size += bytes.length;
          return append(bytes);
        },
        onFile,
      ),
    );
    const results = hostsOf(rows, input.canHold).filter(({ file }) => file !== undefined).length;
    return { seal: sealed.seal, size, results, hosts: rows.length };
  } catch (error) {
    throw signal.aborted ? new LiveResponseError('cancelled') : error;
  } finally {
    if (temporary !== undefined) await removeClear(services, temporary);
  }
}

/** Removes the folder with a result in clear text. A virus scanner may hold it for a moment. */
async function removeClear({ log }: Pick<Services, 'log'>, folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    log.failure('Hand Over', error);
    void notify('warning', l10n.t('{0} could not be deleted. It holds a result in clear text; delete it.', folder));
  }
}

/** Converts an error of the temporary file. */
function toFileFailed(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  return new LiveResponseError('fileFailed', { systemCode: String(error.code) });
}

/** Returns the stored bytes of a result, packed, so that a virus scanner does not take them away. */
async function packedResult({ store }: Pick<Services, 'store'>, { ref }: StoredFacts): Promise<Uint8Array> {
  const bytes = await store.raw(ref);
  if (bytes === undefined) throw gone();
  return packBytes(bytes);
}

/** Returns a result that is stored in pieces, packed. It is put together in a file first. */
async function packedFile(
  { store }: Pick<Services, 'store'>,
  { ref }: StoredFacts,
  temporary: string,
): Promise<Readable> {
  if ((await store.saveFile(ref, temporary)) === undefined) throw gone();
  return packFile(temporary, toFileFailed);
}

function gone(): LiveResponseError {
  return new LiveResponseError('databaseFailed', { reason: 'the bytes are gone' });
}

async function tellSealed(uri: Uri, { results, hosts, size, seal }: Sealed): Promise<void> {
  const copy = l10n.t('Copy Seal');
  const answer = await notify(
    'information',
    l10n.t(
      'Saved {0}: {1} of {2} hosts with their result ({3}). Its seal is {4}. Give the seal to the receiver by another way: only then can a pack that was made anew be recognized.',
      nameOfFile(uri),
      results,
      hosts,
      formatBytes(size),
      seal,
    ),
    copy,
  );
  if (answer !== copy) return;
  await env.clipboard.writeText(seal);
  confirmInStatusBar(l10n.t('Seal copied'), CONFIRM_MS);
}

export const handOverCommand = defineCommand({
  name: 'handOver',
  needs: 'nothing',
  palette: 'false',
  menus: [
    { menu: 'editor/title', group: '1_liveResponse@4', when: all(IN_RUN_OVERVIEW, MAY_PACK) },
    { menu: 'view/item/context', group: '3_export@2', when: all(IN_ACTIONS_VIEW, MAY_PACK, ON_RESULT_ROW) },
  ],
  whyNothingToDo: ({ policy }) => (policy.isAllowed('packs') ? undefined : forbidden('packs')),
  run: (services, { args, runner }) => handOver(services, runner, args),
});
