import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import { ExportTally } from '../../evidence/export/exportText.ts';
import { replacedWords } from '../../messages/exportWords.ts';
import { formatBytes } from '../../messages/format.ts';
import { whyNoResult } from '../../messages/runWords.ts';
import { FileSink } from '../../results/save/fileSink.ts';
import { WholeSink } from '../../results/save/wholeSink.ts';
import { toExportRows, toRunCsv, toRunLine } from '../../runs/runRows.ts';
import { timesOf } from '../../runs/runs.ts';
import type { Services } from '../../services/services.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { RunPicture } from '../../documents/runOverview/runOverviews.ts';
import { chooseRun } from './chooseRun.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { nameOfFile, tellSaved } from '../save/saveResult.ts';
import { elsewhere, isLocal, writeWhole } from '../save/writeElsewhere.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RUN_OVERVIEW } from '../common/when.ts';

/**
 * `liveResponse.exportRunCsv` and `exportRunNdjson`: export a row for every host, with its result or with the reason
 * why there is no result. CSV contains no texts of results but their rare lines, and nothing that a spreadsheet would read as a formula.
 * NDJSON also contains the texts. They are unchanged except for lone surrogates, which become U+FFFD and are counted.
 */
export async function exportRun(
  services: Pick<Services, 'connections' | 'runOverviews' | 'runs' | 'sessions' | 'store'>,
  runner: CommandRunner,
  kind: 'csv' | 'ndjson',
  args: readonly unknown[],
): Promise<void> {
  const record = await chooseRun(services, runner, args);
  if (record !== undefined) await exportTo(services, runner, kind, record, workspace.workspaceFolders?.[0]?.uri);
}

/**
 * Asks for a file and exports the run to it: by the ending of its name, `.csv` or `.ndjson`.
 *
 * @param kind - suggested form
 * @param folder - suggested folder; the default is the user's home
 */
async function exportTo(
  services: Pick<Services, 'runOverviews' | 'store'>,
  runner: CommandRunner,
  kind: 'csv' | 'ndjson',
  record: RunRecord,
  folder = Uri.file(homedir()),
): Promise<void> {
  const uri = await window.showSaveDialog({
    title: l10n.t('Export Run'),
    filters: kind === 'csv' ? { CSV: ['csv'], NDJSON: ['ndjson'] } : { NDJSON: ['ndjson'], CSV: ['csv'] },
    defaultUri: Uri.joinPath(folder, `${fileNameOf(record)}.${kind}`),
  });
  if (uri === undefined) return;
  const ending = uri.path.toLowerCase().split('.').at(-1);
  const isNdjson = kind === 'csv' ? ending === 'ndjson' : ending !== 'csv';
  const work = async (scope: CommandScope): Promise<void> => {
    const picture = await services.runOverviews.picture(record);
    const tally = new ExportTally();
    const size = isNdjson
      ? await writeNdjson(services, picture, uri, { scope, tally })
      : await writeCsv(picture, uri, tally);
    const rows = picture.rows.length;
    const saved =
      rows === 1
        ? l10n.t('Saved {0} (1 row, {1}).', nameOfFile(uri), formatBytes(size))
        : l10n.t('Saved {0} ({1} rows, {2}).', nameOfFile(uri), rows, formatBytes(size));
    const { moreRareLines } = picture.comparison;
    const cut = moreRareLines > 0 ? [l10n.t('{0} more rare lines are not in it.', moreRareLines)] : [];
    void tellSaved(uri, [saved, ...cut, ...replacedWords(tally.loneSurrogates)].join(' '));
  };
  await runner.run(l10n.t('Exporting run'), work, { saveToFile: () => exportTo(services, runner, kind, record) });
}

/**
 * Returns the name of a run for a file: its script and its first time, as `run-hunt-persistence-20261128T2247Z`. Only
 * letters, digits and hyphens of the script's name are kept, because the name comes from the tenant.
 */
function fileNameOf({ run }: RunRecord): string {
  const base = run.words.script.replace(/\.[a-z\d]{1,5}$/iu, '').replaceAll(/[^a-z\d]+/giu, '-');
  const script = base.replaceAll(/^-|-$/gu, '').slice(0, 60);
  const { first } = timesOf(run);
  const minute = Number.isFinite(first) ? new Date(first).toISOString().slice(0, 16).replaceAll(/[-:]/gu, '') : '';
  return ['run', script, ...(minute === '' ? [] : [`${minute}Z`])].filter((part) => part !== '').join('-');
}

async function writeCsv({ record, rows, comparison }: RunPicture, uri: Uri, tally: ExportTally): Promise<number> {
  const bytes = new TextEncoder().encode(
    toRunCsv(toExportRows(record.run.words, rows, comparison, whyNoResult), tally),
  );
  await writeWhole(uri, bytes);
  return bytes.length;
}

/**
 * Writes NDJSON. For a file on this machine, one result at a time is in memory. For any other file, the complete
 * content is in memory, up to a limit.
 */
async function writeNdjson(
  services: Pick<Services, 'store'>,
  { record, rows, comparison }: RunPicture,
  uri: Uri,
  { scope: { signal, report }, tally }: { readonly scope: CommandScope; readonly tally: ExportTally },
): Promise<number> {
  const sink = isLocal(uri) ? new FileSink(uri.fsPath) : new WholeSink(elsewhere(uri));
  let size = 0;
  try {
    for (const [at, row] of toExportRows(record.run.words, rows, comparison, whyNoResult).entries()) {
      signal.throwIfAborted();
      report(l10n.t('{0} of {1}', at + 1, rows.length), at / rows.length);
      const ref = rows[at]?.ref;
      const texts =
        ref === undefined || row.state !== 'result'
          ? {}
          : { output: await services.store.text(ref, 'output'), errors: await services.store.text(ref, 'errors') };
      const bytes = new TextEncoder().encode(toRunLine(row, texts, tally));
      await sink.append(bytes);
      size += bytes.length;
    }
    await sink.keep();
    return size;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

export const exportRunCsvCommand = defineCommand({
  name: 'exportRunCsv',
  needs: 'nothing',
  palette: IN_RUN_OVERVIEW,
  menus: [{ menu: 'editor/title', group: '1_liveResponse@3', when: IN_RUN_OVERVIEW }],
  run: (services, { args, runner }) => exportRun(services, runner, 'csv', args),
});

export const exportRunNdjsonCommand = defineCommand({
  name: 'exportRunNdjson',
  needs: 'nothing',
  palette: 'false',
  run: (services, { args, runner }) => exportRun(services, runner, 'ndjson', args),
});
