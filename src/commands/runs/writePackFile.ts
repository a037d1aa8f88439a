import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { env, l10n, Uri, window } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { formatBytes } from '../../messages/format.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { packBytes, packFile } from '../../runs/pack/packedBytes.ts';
import { hostsOf } from '../../runs/pack/packHosts.ts';
import { packHead } from '../../runs/pack/packHead.ts';
import { packFiles } from '../../runs/pack/packFiles.ts';
import type { PackInput } from '../../runs/pack/packFiles.ts';
import type { PackSeal } from '../../runs/pack/packWriter.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { toFactsJson } from '../save/resultFacts.ts';
import { nameOfFile } from '../save/saveResult.ts';
import { isLocal, localPath } from '../save/writeElsewhere.ts';
import { writeThrough } from '../save/writeRows.ts';
import type { Content } from './packQuestion.ts';
import { runFileName } from './runFileName.ts';

/** Services that write a pack. */
export type PackServices = Pick<Services, 'activeCase' | 'loadPackWriter' | 'log' | 'store' | 'toolVersion'>;

/** Time for which the status bar confirms a copy, ms. */
const CONFIRM_MS = 5000;

/**
 * Asks for a file, and writes the pack to it.
 *
 * @param folder - suggested folder; the default is the user's home
 * @param name - suggested name, without `.zip`
 */
export async function savePack(
  services: PackServices,
  runner: CommandRunner,
  content: Content,
  folder = Uri.file(homedir()),
  name = runFileName(content.record),
): Promise<void> {
  const uri = await window.showSaveDialog({
    title: l10n.t('Hand Over'),
    filters: { [l10n.t('Hand-over pack')]: ['zip'] },
    defaultUri: Uri.joinPath(folder, `${name}.zip`),
  });
  if (uri === undefined) return;
  const { current } = services.activeCase;
  // Part of the work, so that the seal is told after another try, too.
  const work = async (scope: CommandScope): Promise<void> => {
    const sealed = await writeTo(services, content, uri, scope);
    const step = { what: 'packed', seal: sealed.seal, rows: sealed.hosts } as const;
    // Another case may be open by now.
    if (services.activeCase.current?.id === current?.id) services.activeCase.note(step, { file: localPath(uri) });
    void tellSealed(uri, sealed);
  };
  await runner.run(l10n.t('Handing over'), work, {
    saveToFile: () => savePack(services, runner, content, folder, name),
  });
}

/** A pack that was written. */
interface Sealed extends Pick<PackSeal, 'seal'> {
  /** Size of the file, in bytes. */
  readonly size: number;
  readonly results: number;
  readonly hosts: number;
}

async function writeTo(
  services: PackServices,
  { record, rows, marks, ofCase }: Content,
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
    ofCase,
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
