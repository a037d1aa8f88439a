import { homedir } from 'node:os';
import path from 'node:path';
import { commands, env, l10n, Uri, window, workspace } from 'vscode';
import { toRecorded } from '../../case/activeCase.ts';
import { isLiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { lengthRemark } from '../../documents/remarks.ts';
import { formatBytes } from '../../messages/format.ts';
import { deviceOf, findCommand, parameterOf } from '../../model/machineAction.ts';
import { findFileNameMismatch } from '../../model/mismatches.ts';
import type { SavedResult } from '../../results/save/resultSaves.ts';
import type { ReceivedFacts } from '../../model/storedResult.ts';
import { hashUnpacked, safeFileName } from '../../results/save/unpackedHash.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { writeFactsFile } from './factsFile.ts';
import { elsewhere, isLocal, localPath } from './writeElsewhere.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';

/** Services that are needed to save a result that cannot be opened. */
export type SaveServices = Pick<Services, 'actions' | 'activeCase' | 'log' | 'notes' | 'saves' | 'toolVersion'>;

/** Kinds of results that are saved without being opened: a script's result that is too large, or a collected file. */
type SavedKind = 'transcript' | 'file';

/** Returns what can be saved after a result could not be opened; undefined if the failure allows no saving. */
export function savedKindOf(error: unknown): SavedKind | undefined {
  if (!isLiveResponseError(error)) return undefined;
  if (error.code === 'resultIsFile') return 'file';
  return error.code === 'tooLarge' || error.code === 'largeNotKept' ? 'transcript' : undefined;
}

/** Performs the next step `saveToFile` for a result that could not be opened. */
export async function saveInstead(
  services: SaveServices,
  runner: CommandRunner,
  ref: ResultRef,
  error: unknown,
): Promise<void> {
  const kind = savedKindOf(error);
  if (kind !== undefined) await saveResult(services, runner, ref, kind);
}

/**
 * Asks for a file, and downloads the result into it without storing the result. On this machine, the file is never
 * completely in memory.
 */
export async function saveResult(
  services: SaveServices,
  runner: CommandRunner,
  ref: ResultRef,
  kind: SavedKind,
): Promise<void> {
  const title = l10n.t('Saving result');
  const uri = await window.showSaveDialog({
    title: l10n.t('Save Result to File'),
    defaultUri: suggestedLocalFile(ref, kind === 'file' ? 'gz' : 'json', collectedName(services, ref)),
  });
  if (uri === undefined) return;
  const steps = { saveToFile: () => saveResult(services, runner, ref, kind) };
  // Bytes that were written to another machine. They are kept, so that the file need not be read again for its hash.
  let written: Uint8Array | undefined;
  const place = elsewhere(uri);
  const write = async (bytes: Uint8Array): Promise<void> => {
    await place.write(bytes);
    written = bytes;
  };
  const save = services.saves.begin(ref, isLocal(uri) ? uri.fsPath : { ...place, write });
  // Set when the file is written. A second try then writes only the facts file and downloads nothing.
  let saved: SavedResult | undefined;
  const work: Parameters<typeof runner.run>[1] = async ({ signal, report }) => {
    saved ??= await save.run({ signal, onProgress: toProgress(report) });
    const { facts, action } = saved;
    await writeFactsFile(uri, facts, action, services.toolVersion);
    services.activeCase.note({ what: 'exported', results: [toRecorded(facts)] }, { file: localPath(uri) });
    services.log.info(`saved ${nameOf(ref)}: ${facts.size.toString()} bytes, SHA-256 ${facts.sha256}`);
    const mismatch = findFileNameMismatch(ref, facts.promisedName);
    const warning =
      mismatch === undefined
        ? ''
        : `${l10n.t('The file is named {0}, but {1} was asked for.', mismatch.found, mismatch.asked)} `;
    const length = facts.lengthUnknown === undefined ? '' : `${lengthRemark()} `;
    const unpacked = kind === 'file' ? await hashUnpacked(written ?? uri.fsPath, signal) : undefined;
    const inside =
      unpacked === undefined
        ? ''
        : ` ${l10n.t('The file in it: {0}, SHA-256: {1}', formatBytes(unpacked.size), unpacked.sha256)}`;
    const note = kind === 'file' ? await collectedNote(services, ref, facts, unpacked) : undefined;
    void tellSaved(uri, warning + length + savedSentence(uri, kind, facts) + inside, note);
  };
  await runner.run(title, work, steps, { isLong: true, onGivenUp: () => save.discard() });
}

/** Builds the note about a collected file: from where, when, and the hashes of the file and of its gzip. */
async function collectedNote(
  services: Pick<Services, 'actions' | 'notes'>,
  ref: ResultRef,
  { size, sha256 }: Pick<ReceivedFacts, 'size' | 'sha256'>,
  unpacked: { readonly size: number; readonly sha256: string } | undefined,
): Promise<string | undefined> {
  const action = services.actions.list?.get(ref.actionId);
  const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
  if (action === undefined || command === undefined) return undefined;
  const { buildCollectedNote } = await services.notes.texts();
  return buildCollectedNote({
    device: deviceOf(action),
    path: parameterOf(command, 'Path') ?? '',
    actionId: ref.actionId,
    commandIndex: ref.commandIndex,
    createdAt: action.creationDateTimeUtc,
    packed: { size, sha256 },
    file: unpacked,
  });
}

function savedSentence(uri: Uri, kind: SavedKind, { size, sha256 }: Pick<ReceivedFacts, 'size' | 'sha256'>): string {
  return kind === 'transcript'
    ? l10n.t('Saved {0} ({1}). SHA-256: {2}', nameOfFile(uri), formatBytes(size), sha256)
    : l10n.t(
        'Saved {0} ({1}), still packed: the file in it may be malware. SHA-256: {2}',
        nameOfFile(uri),
        formatBytes(size),
        sha256,
      );
}

/** Returns the name of a file that the user chose, without its folder. */
export function nameOfFile(uri: Uri): string {
  return path.posix.basename(uri.path);
}

/** Suggests a file in the workspace, or else in the dialog's default folder. The name never comes from the device. */
export function suggestedFile(ref: ResultRef, ending: 'json' | 'gz'): Uri {
  const name = `${nameOf(ref)}.${ending}`;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return folder === undefined ? Uri.file(name) : Uri.joinPath(folder, name);
}

/**
 * Suggests a file on this machine, even if the workspace is on another machine. Only files on this machine can be
 * written in pieces.
 */
export function suggestedLocalFile(ref: ResultRef, ending: 'json' | 'gz', collected = ''): Uri {
  const inWorkspace = suggestedFile(ref, ending);
  const folder = isLocal(inWorkspace) ? Uri.joinPath(inWorkspace, '..') : Uri.file(homedir());
  return Uri.joinPath(folder, `${collected === '' ? '' : `${collected}_`}${nameOf(ref)}.${ending}`);
}

/** Returns the original name of a collected file, changed into a safe file name; '' if the name is not known here. */
function collectedName(services: Pick<Services, 'actions'>, ref: ResultRef): string {
  const action = services.actions.list?.get(ref.actionId);
  const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
  return safeFileName((command === undefined ? undefined : parameterOf(command, 'Path')) ?? '');
}

function nameOf(ref: ResultRef): string {
  return `output_${ref.actionId}_${ref.commandIndex.toString()}`;
}

/** Tells the user that a file was saved, and offers to show the file. */
export async function tellSaved(uri: Uri, message: string, note?: string): Promise<void> {
  const reveal = l10n.t('Reveal');
  const copy = l10n.t('Copy as Note');
  const inWorkspace = workspace.getWorkspaceFolder(uri) !== undefined;
  const buttons = [...(note === undefined ? [] : [copy]), ...(inWorkspace ? [reveal] : [])];
  const answer = await notify('information', message, ...buttons);
  if (answer === copy && note !== undefined) {
    await env.clipboard.writeText(note);
    confirmInStatusBar(l10n.t('Note about the file copied'), 5000);
  }
  if (answer === reveal) await commands.executeCommand('revealInExplorer', uri);
}
