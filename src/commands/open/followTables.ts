import { commands, env, l10n, ViewColumn } from 'vscode';
import type { Disposable } from 'vscode';
import { buildQuery, refOf } from '../../base/resultUri.ts';
import { documentUri } from '../../documents/resultUris.ts';
import type { TablePlace } from '../../documents/table/tableTab.ts';
import { describeSources } from '../../notes/copied.ts';
import type { NotePaste } from '../../notes/notePaste.ts';
import { lineRange, MOST_SOURCES } from '../../notes/readCopied.ts';
import { commandIds } from '../../platform/commandIds.ts';
import type { CommandId } from '../../platform/commandIds.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import type { Services } from '../../services/services.ts';

/** Time for which the status bar confirms a copy, ms. */
const CONFIRM_MS = 4000;

/** Does what a person wants in a table: copies rows with their sources, goes to a line, fetches what is missing. */
export function followTables(
  { log, store, tableTabs }: Pick<Services, 'log' | 'store' | 'tableTabs'>,
  paste: Pick<NotePaste, 'rememberText'>,
): readonly Disposable[] {
  const follow = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      log.failure('Table', error);
    });
  };
  return [
    tableTabs.onDidCopy(({ text, places }) => {
      follow(copyRows(text, places, paste));
    }),
    tableTabs.onDidWantLine(({ place, isBeside }) => {
      follow(isBeside ? goBeside({ store }, place) : run(commandIds.openResult, argumentOf(place)));
    }),
    tableTabs.onDidWantResult((source) => {
      const [host] = source.hosts();
      if (source.runKey !== undefined) follow(run(commandIds.fetchRun, { run: source.runKey }));
      else if (host !== undefined)
        follow(run(commandIds.fetchResult, argumentOf({ ref: host.ref, firstLine: 1, lastLine: 1 })));
    }),
    tableTabs.onDidWantOverview(({ runKey }) => {
      follow(run(commandIds.openRun, { run: runKey }));
    }),
  ];
}

/** Copies rows as text. A paste into notes finds their results and lines by the text's hash. */
async function copyRows(
  text: string,
  places: readonly TablePlace[],
  paste: Pick<NotePaste, 'rememberText'>,
): Promise<void> {
  await env.clipboard.writeText(text);
  if (places.length === 0) {
    const lines = text.split('\n').length.toLocaleString(env.language);
    confirmInStatusBar(
      l10n.t('Lines copied without source, because counts and hosts have none: {0}', lines),
      CONFIRM_MS,
    );
    return;
  }
  const hasSources = places.length <= MOST_SOURCES;
  if (hasSources) {
    const sources = places.map(({ ref, firstLine, lastLine }) => ({
      query: buildQuery({ ...refOf(ref), stream: 'output' as const }),
      line: firstLine,
      lastLine,
    }));
    await paste.rememberText(text, describeSources(sources));
  }
  const count = places.length.toLocaleString(env.language);
  const message = hasSources
    ? l10n.t('Rows copied with source: {0}', count)
    : l10n.t('Rows copied without source: {0}. Copy at most {1} rows for a note.', count, MOST_SOURCES);
  confirmInStatusBar(message, CONFIRM_MS);
}

async function goBeside({ store }: Pick<Services, 'store'>, place: TablePlace): Promise<void> {
  const facts = await store.facts(place.ref);
  if (facts === undefined) return;
  const { start } = lineRange(place.firstLine);
  const selection = { start, end: start };
  await commands.executeCommand('vscode.openWith', documentUri(facts, 'output'), 'default', {
    viewColumn: ViewColumn.Beside,
    selection,
    preview: true,
  });
}

function argumentOf({ ref, firstLine }: TablePlace): object {
  const { tenantId, actionId, commandIndex } = ref;
  return { tenant: tenantId, actionId, commandIndex, stream: 'output', line: firstLine };
}

async function run(command: CommandId, argument: object): Promise<void> {
  await commands.executeCommand(command, argument);
}
