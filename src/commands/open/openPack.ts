import { l10n, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { toRecorded } from '../../case/activeCase.ts';
import type { PackMarkReader } from '../../case/marks/packMarks.ts';
import { isPlainName, packConnection } from '../../connections/connection.ts';
import type { ConnectionList } from '../../connections/connectionList.ts';
import { openedPack, packReport } from '../../messages/pack/packWords.ts';
import { notify } from '../../platform/show/notifications.ts';
import { askForText } from '../../platform/show/quickInputs.ts';
import { MEMORY_BYTES } from '../../results/resultService.ts';
import type { PackOptions, ReadPack } from '../../runs/pack/read/openPack.ts';
import { takePack } from '../../services/takePack.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { isLocal } from '../save/writeElsewhere.ts';

/** Services that are needed to open a hand-over pack. */
export type PackServices = Pick<
  Services,
  'activeCase' | 'connections' | 'loadPackReader' | 'marks' | 'packs' | 'reports' | 'store' | 'view'
>;

/** Outcome of opening a pack: the hosts that it holds, or the differences for its page. */
type Outcome =
  { readonly told: Parameters<typeof openedPack>[0] } | { readonly damaged: Pick<ReadPack, 'differences' | 'seal'> };

/** Whether a file is opened as a hand-over pack. */
export function isPack(uri: Uri): boolean {
  return /\.zip$/iu.test(uri.path);
}

/**
 * Asks for the seal of a pack, which its receiver gets by another way.
 *
 * @returns an empty text if there is none; undefined if the user closed the question
 */
export async function askForSeal(): Promise<string | undefined> {
  const seal = await askForText({
    title: l10n.t('Open Hand-Over Pack'),
    prompt: l10n.t(
      'The seal that you got by another way than the pack: 64 characters. Leave it empty if you have none.',
    ),
    ignoreFocusOut: true,
    validate: (value) => (/^(?:[\da-f]{64})?$/iu.test(value.trim()) ? undefined : l10n.t('This is no seal.')),
  });
  return seal?.trim();
}

/**
 * Opens a hand-over pack as a connection that reads only what the pack holds, without a token and a network. A pack that
 * is not what it says is shown as a page with what differs.
 *
 * @param seal - see {@link askForSeal}
 */
export async function openPackFile(
  services: PackServices,
  runner: CommandRunner,
  uri: Uri,
  seal: string,
): Promise<void> {
  const file = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const outcome = await runner.run(l10n.t('Opening hand-over pack'), async (scope): Promise<Outcome> => {
    await services.connections.load();
    // Before anything of it is read.
    services.connections.mustAllow(packConnection(file, ''));
    const openPack = await services.loadPackReader();
    const source = isLocal(uri) ? uri.fsPath : await readElsewhere(uri);
    const signal = services.packs.untilAbandoned(scope.signal);
    let reader: PackMarkReader | undefined;
    const options: PackOptions = {
      signal,
      ...(seal === '' ? {} : { seal }),
      readMarks: async (name, bytes) => {
        reader ??= (await services.activeCase.tools()).createPackMarkReader();
        return reader.read(name, bytes);
      },
    };
    return openPack(source, options, async (pack) =>
      pack.differences.length > 0 ? { damaged: pack } : take(services, { pack, reader, file }, { ...scope, signal }),
    );
  });
  if (outcome === undefined) return;
  if ('damaged' in outcome) {
    await services.reports.showText(l10n.t('Hand-over pack {0}', file), packReport(file, outcome.damaged));
    return;
  }
  await services.view.bringUp();
  void notify('information', openedPack(outcome.told, seal !== ''));
}

async function readElsewhere(uri: Uri): Promise<Uint8Array> {
  const { size } = await workspace.fs.stat(uri);
  if (size > MEMORY_BYTES) throw new LiveResponseError('packRefused', { reason: 'large', size, limit: MEMORY_BYTES });
  return workspace.fs.readFile(uri);
}

/** A pack that was checked, with its marks and the name of its file. */
interface Checked {
  readonly pack: ReadPack;
  readonly reader: PackMarkReader | undefined;
  readonly file: string;
}

async function take(services: PackServices, { pack, reader, file }: Checked, scope: CommandScope): Promise<Outcome> {
  const { rows, seal } = pack;
  const names = { file, connection: nameOf(file, services.connections) };
  const results = rows.filter((row) => row.file !== undefined).length;
  const onKept = (kept: number): void => {
    scope.report(l10n.t('{0} of {1}', kept, results), kept / results);
  };
  const kept = await takePack(services, pack, names, {
    signal: scope.signal,
    onKept,
    marksOf: (tenant) => reader?.marksOf(tenant),
  });
  if (kept.length > 0) services.activeCase.note({ what: 'opened', results: kept.map(toRecorded) });
  return { told: { file, results, hosts: rows.length, seal } };
}

/** Longest name of a file within the name of a connection, in UTF-16 units. */
const LONGEST_FILE = 50;

/** Returns a name for the connection of a pack. Whoever sent the pack chose the name of its file. */
function nameOf(file: string, connections: Pick<ConnectionList, 'byName'>): string {
  const name = file
    .replace(/\.zip$/iu, '')
    .slice(0, LONGEST_FILE)
    .trim();
  const plain = l10n.t('Pack {0}', isPlainName(name) && name !== '' ? name : '–');
  let free = plain;
  for (let number = 2; connections.byName(free) !== undefined; number++) free = `${plain} (${number})`;
  return free;
}
