import { createHash } from 'node:crypto';
import { env, FileSystemError, l10n, Uri, window, workspace } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import { maxDownloadBytes } from '../platform/config.ts';
import { describeOpened } from '../results/openedResult.ts';
import type { FactsVerdict, OpenedBytes } from '../results/openedResult.ts';
import type { ResultRef } from '../evidence/uri.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { toProgress } from './downloadProgress.ts';
import { openTarget } from './openResult.ts';
import { factsFileOf } from './resultFacts.ts';

/** A facts file is small; what is larger is none. */
const MAX_FACTS_BYTES = 4 * 1024 * 1024;

/**
 * `liveResponse.openSavedResult`: a result file from the disk, or a download link, read as if it had been fetched. It
 * takes no call. With an argument (a file's address, or a link) it asks nothing.
 */
export async function openSavedResult(
  services: Services,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const source = args[0] === undefined ? await askForSource() : readSource(args[0]);
  if (source === undefined) return;
  const steps = { openSaved: () => openSavedResult(services, runner, []) };
  const ref = await runner.run(
    l10n.t('Opening saved result'),
    async ({ signal, report }) => {
      const isLink = typeof source === 'string';
      const { opened, bytes } = isLink
        ? await download(services, source, signal, toProgress(report))
        : await readFile(source);
      return keep(services, opened, bytes);
    },
    steps,
  );
  if (ref !== undefined) await openTarget(services, runner, { ref, stream: undefined, line: undefined }, true);
}

interface Opened {
  readonly opened: OpenedBytes;
  readonly bytes: Uint8Array;
}

/** Stores it under its hash; what is stored already is not replaced by what says less. */
async function keep(services: Services, opened: OpenedBytes, bytes: Uint8Array): Promise<ResultRef> {
  const { facts, verdict } = describeOpened(opened);
  tellVerdict(verdict);
  const stored = await services.store.facts(facts.ref);
  if (stored === undefined || facts.opened?.said !== undefined) await services.store.put(facts, bytes);
  return facts.ref;
}

async function readFile(uri: Uri): Promise<Opened> {
  const limit = maxDownloadBytes();
  const { size } = await workspace.fs.stat(uri);
  if (size > limit) throw new LiveResponseError('tooLarge', { size, limit });
  const bytes = await workspace.fs.readFile(uri);
  const factsJson = await readFacts(uri);
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { opened: { kind: 'file', name, sha256, size: bytes.length, openedAt: Date.now(), factsJson }, bytes };
}

/** What Export Raw Result writes beside a file. `.json.gz` and `.gz` may have one of their own name, too. */
async function readFacts(uri: Uri): Promise<string | undefined> {
  const beside = [uri, uri.with({ path: uri.path.replace(/\.gz$/iu, '') })].map(factsFileOf);
  for (const file of beside) {
    try {
      if ((await workspace.fs.stat(file)).size > MAX_FACTS_BYTES) continue;
      return new TextDecoder().decode(await workspace.fs.readFile(file));
    } catch (error) {
      if (!(error instanceof FileSystemError)) throw error;
    }
  }
  return undefined;
}

async function download(
  services: Services,
  link: string,
  signal: AbortSignal,
  onProgress: (received: number, total: number | undefined) => void,
): Promise<Opened> {
  const { bytes, host, sha256, size, receivedAt, promisedName, blob } = await services.downloadLink(link, signal, {
    maxBytes: maxDownloadBytes(),
    onProgress,
  });
  return { opened: { kind: 'link', name: host, sha256, size, openedAt: receivedAt, promisedName, blob }, bytes };
}

function tellVerdict(verdict: FactsVerdict): void {
  if (verdict === 'otherFile') {
    void window.showWarningMessage(
      l10n.t(
        'The facts file beside it is about another file: its SHA-256 differs. It was not used, so device and action are unknown.',
      ),
    );
  }
  if (verdict === 'unreadable') {
    void window.showWarningMessage(
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
  const file = { label: `$(file) ${l10n.t('File…')}`, detail: l10n.t('A result file that was saved: .json or .gz') };
  const link = {
    label: `$(link) ${l10n.t('Download Link…')}`,
    detail: l10n.t('A link that Defender gave. It lives for 30 minutes, and takes no call'),
  };
  const chosen = await window.showQuickPick([file, link], { title: l10n.t('Open Saved Result') });
  if (chosen === undefined) return undefined;
  return chosen === file ? askForFile() : askForLink();
}

async function askForFile(): Promise<Uri | undefined> {
  const [uri] =
    (await window.showOpenDialog({
      title: l10n.t('Open Saved Result'),
      filters: { [l10n.t('Result files')]: ['json', 'gz'], [l10n.t('All files')]: ['*'] },
    })) ?? [];
  return uri;
}

/** A link is a secret for half an hour: it is not shown while it is pasted, and kept nowhere. */
async function askForLink(): Promise<string | undefined> {
  const clipboard = await env.clipboard.readText();
  const text = await window.showInputBox({
    title: l10n.t('Open Saved Result'),
    prompt: l10n.t('Paste the download link. It is used once and kept nowhere.'),
    password: true,
    ignoreFocusOut: true,
    value: isLink(clipboard) ? clipboard.trim() : '',
    validateInput: (value) => (value.trim() === '' || isLink(value) ? undefined : l10n.t('This is no link.')),
  });
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

function isLink(text: string): boolean {
  return /^https?:\/\/\S+$/iu.test(text.trim());
}
