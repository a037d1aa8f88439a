import { createReadStream } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { env, FileSystemError, l10n, ThemeIcon, Uri, window, workspace } from 'vscode';
import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import { hashBytes } from '../../base/hashText.ts';
import { findFactsNames } from '../../results/save/factsFileNames.ts';
import { describeOpened, hashInFacts } from '../../results/openedResult.ts';
import type { FactsVerdict, OpenedBytes } from '../../results/openedResult.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { MEMORY_BYTES } from '../../results/resultService.ts';
import { storeLargeFile } from '../../results/storeLargeFile.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { askForSeal, isPack, openPackFile } from './openPack.ts';
import type { PackServices } from './openPack.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { MAX_FACTS_BYTES } from '../save/factsFile.ts';
import { notify } from '../../platform/show/notifications.ts';
import { askForText, pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from '../common/when.ts';

/**
 * Largest number of facts files that are read beside one result file. A folder with more facts files may have been made
 * to waste time.
 */
const MAX_FACTS_FILES = 10;

/**
 * `liveResponse.openSavedResult`: opens a result file from the disk, or the file of a download link, like a fetched
 * result. A hand-over pack is opened as a connection. It makes no call. With an argument (a file's address, or a link) it asks no question.
 */
async function openSavedResult(
  services: OpenServices & PackServices & Pick<Services, 'downloadLink' | 'settings'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const source = args[0] === undefined ? await askForSource() : readSource(args[0]);
  if (source instanceof Uri && isPack(source)) {
    const seal = args[0] === undefined ? await askForSeal() : '';
    if (seal !== undefined) await openPackFile(services, runner, source, seal);
  } else if (source !== undefined) await openSource(services, runner, source, services.settings.maxDownloadBytes());
}

/**
 * Opens a file or a link.
 *
 * @param limit - largest file that is opened before the user was told its size, in bytes
 */
async function openSource(
  services: OpenServices & PackServices & Pick<Services, 'downloadLink' | 'settings'>,
  runner: CommandRunner,
  source: Uri | string,
  limit: number,
): Promise<void> {
  const steps = {
    openSaved: () => openSavedResult(services, runner, []),
    openInParts: () => openSource(services, runner, source, Infinity),
  };
  const ref = await runner.run(
    l10n.t('Opening saved result'),
    async (scope) =>
      typeof source === 'string'
        ? openLink(services, source, scope, Math.min(limit, MEMORY_BYTES))
        : openFile(services, source, scope, limit),
    steps,
  );
  if (ref !== undefined) await openTarget(services, runner, { ref, stream: undefined, line: undefined }, true);
}

async function openLink(
  services: Pick<Services, 'downloadLink' | 'store'>,
  link: string,
  { signal, report }: CommandScope,
  limit: number,
): Promise<ResultRef> {
  const { opened, bytes } = await download(services, link, signal, limit, toProgress(report));
  return keep(services, opened, bytes);
}

async function openFile(
  services: Pick<Services, 'store'>,
  uri: Uri,
  scope: CommandScope,
  limit: number,
): Promise<ResultRef> {
  const { size } = await workspace.fs.stat(uri);
  if (size > limit) throw new LiveResponseError('tooLarge', { size, limit, reason: 'file' });
  const { opened, bytes } = await readFile(uri, size > MEMORY_BYTES);
  if (bytes !== undefined) return keep(services, opened, bytes);
  const onProgress = toProgress(scope.report);
  let verdict: FactsVerdict = 'none';
  const { ref } = await storeLargeFile(
    services.store,
    {
      chunks: chunksOf(uri),
      describe: (read) => {
        const described = describeOpened({ ...opened, ...read });
        ({ verdict } = described);
        return described.facts;
      },
      onProgress: (received) => {
        onProgress(received, size);
      },
    },
    scope.signal,
  );
  tellVerdict(verdict);
  return ref;
}

/** Reads a file on this machine in pieces. Reads any other file in one piece, because VS Code offers no other way. */
async function* chunksOf(uri: Uri): AsyncGenerator<Uint8Array> {
  if (uri.scheme === 'file') yield* createReadStream(uri.fsPath) as AsyncIterable<Uint8Array>;
  else yield await workspace.fs.readFile(uri);
}

interface Opened<Bytes = Uint8Array> {
  readonly opened: OpenedBytes;
  readonly bytes: Bytes;
}

/** Stores a result under its hash. Does not replace a stored result if the opened file has no matching facts file. */
async function keep(services: Pick<Services, 'store'>, opened: OpenedBytes, bytes: Uint8Array): Promise<ResultRef> {
  const { facts, verdict } = describeOpened(opened);
  tellVerdict(verdict);
  const stored = await services.store.facts(facts.ref);
  if (stored === undefined || facts.opened?.said !== undefined) await services.store.put(facts, bytes);
  return facts.ref;
}

/**
 * Reads a file and the facts files beside it.
 *
 * @param isLarge - whether to read only the facts files; the file's hash and size then stay unknown
 */
async function readFile(uri: Uri, isLarge: boolean): Promise<Opened<Uint8Array | undefined>> {
  const read = isLarge ? undefined : await workspace.fs.readFile(uri);
  const factsFiles = await readFacts(uri);
  const bytes = read === undefined ? undefined : (unpacked(read, factsFiles) ?? read);
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const sha256 = bytes === undefined ? '' : hashBytes(bytes);
  return { opened: { kind: 'file', name, sha256, size: bytes?.length ?? 0, openedAt: Date.now(), factsFiles }, bytes };
}

/**
 * Unpacks a result of a hand-over pack: there the file is packed, and its facts describe what it holds.
 *
 * @returns undefined if no facts file names the hash of the unpacked bytes
 */
function unpacked(bytes: Uint8Array, factsFiles: readonly string[]): Uint8Array<ArrayBuffer> | undefined {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip || factsFiles.length === 0) return undefined;
  try {
    const inside = new Uint8Array(gunzipSync(bytes, { maxOutputLength: MEMORY_BYTES }));
    const sha256 = hashBytes(inside);
    return factsFiles.some((json) => hashInFacts(json) === sha256) ? inside : undefined;
  } catch {
    // It is damaged, or larger than that, and is opened as the file that it is.
    return undefined;
  }
}

/**
 * Reads the facts files that Export Raw Result writes beside a file. Each facts file contains the hash of the result
 * file that it belongs to.
 */
async function readFacts(uri: Uri): Promise<string[]> {
  const folder = uri.with({ path: uri.path.slice(0, uri.path.lastIndexOf('/') + 1) });
  const found: string[] = [];
  try {
    const names = (await workspace.fs.readDirectory(folder)).map(([name]) => name);
    const file = uri.path.slice(folder.path.length);
    for (const name of findFactsNames(file, names).slice(0, MAX_FACTS_FILES)) {
      const beside = Uri.joinPath(folder, name);
      if ((await workspace.fs.stat(beside)).size > MAX_FACTS_BYTES) continue;
      found.push(new TextDecoder().decode(await workspace.fs.readFile(beside)));
    }
  } catch (error) {
    if (!(error instanceof FileSystemError)) throw error;
  }
  return found;
}

async function download(
  services: Pick<Services, 'downloadLink'>,
  link: string,
  signal: AbortSignal,
  limit: number,
  onProgress: (received: number, total: number | undefined) => void,
): Promise<Opened> {
  const { bytes, host, sha256, size, receivedAt, promisedName, blob, lengthUnknown } = await services
    .downloadLink(link, signal, { maxBytes: limit, onProgress })
    .catch((error: unknown) => {
      // The file of a link is read only into memory, so the failure must not offer to open it in parts.
      throw isLiveResponseError(error) && error.code === 'tooLarge'
        ? new LiveResponseError('linkTooLarge', error.values)
        : error;
    });
  const said = { promisedName, blob, lengthUnknown };
  return { opened: { kind: 'link', name: host, sha256, size, openedAt: receivedAt, ...said }, bytes };
}

function tellVerdict(verdict: FactsVerdict): void {
  if (verdict === 'otherFile') {
    void notify(
      'warning',
      l10n.t(
        'The facts file beside it is about another file, or about what is packed in this one: its SHA-256 differs. It was not used, so device and action are unknown.',
      ),
    );
  }
  if (verdict === 'unreadable') {
    void notify(
      'warning',
      l10n.t('The facts file beside it could not be read. It was not used, so device and action are unknown.'),
    );
  }
}

function readSource(value: unknown): Uri | string {
  if (value instanceof Uri) return value;
  if (typeof value === 'string' && isLink(value)) return value.trim();
  if (typeof value === 'string' && value !== '') return Uri.file(value);
  throw new LiveResponseError('badArgument', { path: 'file' });
}

async function askForSource(): Promise<Uri | string | undefined> {
  const file = {
    iconPath: new ThemeIcon('file'),
    label: l10n.t('File…'),
    detail: l10n.t('A result file that was saved (.json or .gz), or a hand-over pack (.zip)'),
  };
  const link = {
    iconPath: new ThemeIcon('link'),
    label: l10n.t('Download Link…'),
    detail: l10n.t('A link that Defender gave. It lives for 30 minutes, and takes no call'),
  };
  const chosen = await pickOne([file, link], { title: l10n.t('Open Saved Result') });
  if (chosen === undefined) return undefined;
  return chosen === file ? askForFile() : askForLink();
}

async function askForFile(): Promise<Uri | undefined> {
  const [uri] =
    (await window.showOpenDialog({
      title: l10n.t('Open Saved Result'),
      filters: { [l10n.t('Result files')]: ['json', 'gz', 'zip'], [l10n.t('All files')]: ['*'] },
    })) ?? [];
  return uri;
}

/** Asks for a link. A link is a secret for half an hour. Therefore the input box hides it, and it is not stored. */
async function askForLink(): Promise<string | undefined> {
  const clipboard = await env.clipboard.readText();
  const text = await askForText({
    title: l10n.t('Open Saved Result'),
    prompt: l10n.t('Paste the download link. It is used once and kept nowhere.'),
    password: true,
    ignoreFocusOut: true,
    value: isLink(clipboard) ? clipboard.trim() : '',
    validate: (value) => (value.trim() === '' || isLink(value) ? undefined : l10n.t('This is no link.')),
  });
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

function isLink(text: string): boolean {
  return /^https?:\/\/\S+$/iu.test(text.trim());
}

export const openSavedResultCommand = defineCommand({
  name: 'openSavedResult',
  needs: 'nothing',
  icon: 'folder-opened',
  menus: [{ menu: 'view/title', group: '3_stored@2', when: IN_ACTIONS_VIEW }],
  run: (services, { args, runner }) => openSavedResult(services, runner, args),
});
