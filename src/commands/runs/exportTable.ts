import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import type { ShownTable } from '../../documents/table/tableTab.ts';
import { toCsvFile } from '../../evidence/export/csv.ts';
import { ExportTally, toNdjsonRow } from '../../evidence/export/exportText.ts';
import { replacedWords } from '../../messages/exportWords.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { notify } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_TABLE } from '../common/when.ts';
import { tellSaved } from '../save/saveResult.ts';
import { localPath } from '../save/writeElsewhere.ts';
import { endingOf, savedRowsWords, writeRows } from '../save/writeRows.ts';
import type { WrittenRows } from '../save/writeRows.ts';

/** Name of the form in files whose format has a place for it. */
const FORM = 'live-response.table/1';
/** Columns before those of the table. Their names cannot be confused with printed names, which get a number if equal. */
const PLACE_COLUMNS = ['device', 'action', 'index', 'firstLine', 'lastLine'] as const;
type PlaceColumn = (typeof PLACE_COLUMNS)[number];
const NUMBERS: ReadonlySet<string> = new Set<PlaceColumn>(['index', 'firstLine', 'lastLine']);

/**
 * `liveResponse.exportTable`: writes the rows that the active table shows, in their order and with complete cells, as
 * CSV, NDJSON or Parquet. Each row names its device, its action and its lines.
 */
async function exportTable(
  services: Pick<Services, 'activeCase' | 'loadParquetWriter' | 'tableTabs'>,
  runner: CommandRunner,
): Promise<void> {
  const { shown } = services.tableTabs;
  if (shown === undefined) {
    void notify('information', l10n.t('Open a result or a run as a table first.'));
    return;
  }
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
  const uri = await window.showSaveDialog({
    title: l10n.t('Export Table'),
    filters: { CSV: ['csv'], NDJSON: ['ndjson'], Parquet: ['parquet'] },
    defaultUri: Uri.joinPath(folder, 'table.csv'),
  });
  if (uri === undefined) return;
  await runner.run(l10n.t('Exporting table'), async (scope) => {
    const tally = new ExportTally();
    const written = await writeTable(services, shown, uri, { scope, tally });
    services.activeCase.note({ what: 'exported', rows: written.rows }, { file: localPath(uri) });
    void tellSaved(uri, [savedRowsWords(uri, written), ...replacedWords(tally.loneSurrogates)].join(' '));
  });
}

type TableRow = Readonly<Record<string, string | number | null>>;

async function writeTable(
  { loadParquetWriter }: Pick<Services, 'loadParquetWriter'>,
  shown: ShownTable,
  uri: Uri,
  { scope, tally }: { readonly scope: CommandScope; readonly tally: ExportTally },
): Promise<WrittenRows> {
  const names = uniqueNames(shown.columns);
  const read = async function* (): AsyncGenerator<TableRow> {
    for await (const row of shown.rows()) {
      scope.signal.throwIfAborted();
      const host = shown.hosts[row.member];
      const place: Readonly<Record<PlaceColumn, string | number | null>> = {
        device: host?.name ?? null,
        action: host?.ref.actionId ?? null,
        index: host?.ref.commandIndex ?? null,
        firstLine: row.firstLine,
        lastLine: row.lastLine,
      };
      const cells = names.map((name, column): [string, string | null] => {
        const cell = row.cells[column] ?? null;
        return [name, cell === null ? null : tally.wellFormed(cell)];
      });
      yield { ...place, ...Object.fromEntries(cells) };
    }
  };
  return await writeRows(uri, read(), (rows, append) => write(uri, names, rows, append, { loadParquetWriter, tally }));
}

async function write(
  uri: Uri,
  names: readonly string[],
  read: AsyncIterable<TableRow>,
  append: (bytes: Uint8Array) => Promise<void>,
  { loadParquetWriter, tally }: Pick<Services, 'loadParquetWriter'> & { readonly tally: ExportTally },
): Promise<void> {
  const columns = [...PLACE_COLUMNS, ...names];
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const ending = endingOf(uri);
  if (ending === 'parquet') {
    const kinds = columns.map(
      (name, at) => [name, at < PLACE_COLUMNS.length && NUMBERS.has(name) ? 'number' : 'string'] as const,
    );
    const writeParquet = await loadParquetWriter();
    await writeParquet(FORM, Object.fromEntries(kinds), read, append);
  } else if (ending === 'ndjson') {
    for await (const row of read) await append(bytesOf(toNdjsonRow(row, tally)));
  } else {
    const rows: (string | number)[][] = [];
    for await (const row of read) rows.push(columns.map((name) => row[name] ?? ''));
    await append(bytesOf(toCsvFile(columns, rows, tally)));
  }
}

/** Gives a name to columns without one, and a number to names that occur twice. */
function uniqueNames(printed: readonly string[]): string[] {
  const taken = new Set<string>(PLACE_COLUMNS);
  return printed.map((name, at) => {
    const base = name === '' ? `column ${at + 1}` : name.toWellFormed();
    let unique = base;
    for (let number = 2; taken.has(unique); number++) unique = `${base} ${number}`;
    taken.add(unique);
    return unique;
  });
}

export const exportTableCommand = defineCommand({
  name: 'exportTable',
  needs: 'nothing',
  palette: IN_TABLE,
  menus: [{ menu: 'editor/title', group: '1_liveResponse@3', when: IN_TABLE }],
  run: (services, { runner }) => exportTable(services, runner),
});
