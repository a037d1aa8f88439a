import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import { resultKey } from '../../base/resultUri.ts';
import { ExportTally } from '../../evidence/export/exportText.ts';
import { replacedWords } from '../../messages/exportWords.ts';
import { whyNoResult } from '../../messages/runWords.ts';
import { CHUNK_COLUMNS, CHUNK_SCHEMA, toChunkLine, toChunks } from '../../runs/runChunks.ts';
import type { RunChunk } from '../../runs/runChunks.ts';
import { hasResult, toExportRows, toRunCsv } from '../../runs/runRows.ts';
import type { Services } from '../../services/services.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { RunPicture } from '../../documents/runOverview/runOverviews.ts';
import { toTimeline } from '../../runs/runTimeline.ts';
import { recordedSteps, writeTimeline } from '../save/timeline.ts';
import { chooseRun } from './chooseRun.ts';
import { runFileName } from './runFileName.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { tellSaved } from '../save/saveResult.ts';
import { localPath, writeWhole } from '../save/writeElsewhere.ts';
import { endingOf, savedRowsWords, writeRows } from '../save/writeRows.ts';
import type { WrittenRows } from '../save/writeRows.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RUN_OVERVIEW } from '../common/when.ts';

/** Forms of an exported run, by the ending of the file's name. */
type RunForm = 'csv' | 'ndjson' | 'parquet' | 'jsonl';

const FORMS: Readonly<Record<RunForm, Readonly<Record<string, string[]>>>> = {
  csv: { CSV: ['csv'] },
  ndjson: { NDJSON: ['ndjson'] },
  parquet: { Parquet: ['parquet'] },
  // A name of the program that reads it.
  jsonl: { Timesketch: ['jsonl'] },
};

/**
 * `liveResponse.exportRunCsv` and `exportRunNdjson`: export the hosts of a run, with their results or with the reason
 * why there is none. CSV has a row a host, without texts but for rare lines, and nothing that a spreadsheet would read
 * as a formula. NDJSON and Parquet have a row for each chunk of a text, because log engines cut long fields. Chunks are
 * unchanged except for lone surrogates, which become U+FFFD and are counted. JSONL is a timeline, with what the record
 * of the open case says about these results.
 */
export async function exportRun(
  services: ExportServices & Pick<Services, 'connections' | 'runs' | 'sessions'>,
  runner: CommandRunner,
  form: RunForm,
  args: readonly unknown[],
): Promise<void> {
  const record = await chooseRun(services, runner, args);
  if (record !== undefined) await exportTo(services, runner, form, record, workspace.workspaceFolders?.[0]?.uri);
}

type ExportServices = Pick<Services, 'activeCase' | 'loadParquetWriter' | 'runOverviews' | 'store' | 'tableTabs'>;

/**
 * Asks for a file and exports the run to it. The ending of its name decides the form.
 *
 * @param form - suggested form
 * @param folder - suggested folder; the default is the user's home
 */
async function exportTo(
  services: ExportServices,
  runner: CommandRunner,
  form: RunForm,
  record: RunRecord,
  folder = Uri.file(homedir()),
): Promise<void> {
  const { [form]: first, ...others } = FORMS;
  const uri = await window.showSaveDialog({
    title: l10n.t('Export Run'),
    filters: Object.assign({}, first, ...Object.values(others)) as Record<string, string[]>,
    defaultUri: Uri.joinPath(folder, `${runFileName(record)}.${form}`),
  });
  if (uri === undefined) return;
  const ending = endingOf(uri);
  const chosen = ending in FORMS ? (ending as RunForm) : form;
  const work = async (scope: CommandScope): Promise<void> => {
    const picture = await services.runOverviews.picture(record);
    const tally = new ExportTally();
    const written = await write(services, picture, uri, { scope, tally, form: chosen });
    services.activeCase.note({ what: 'exported', rows: written.rows }, { file: localPath(uri) });
    const { moreRareLines } = picture.comparison;
    const cut =
      chosen === 'csv' && moreRareLines > 0 ? [l10n.t('{0} more rare lines are not in it.', moreRareLines)] : [];
    void tellSaved(uri, [savedRowsWords(uri, written), ...cut, ...replacedWords(tally.loneSurrogates)].join(' '));
  };
  await runner.run(l10n.t('Exporting run'), work, { saveToFile: () => exportTo(services, runner, form, record) });
}

interface Writing {
  readonly scope: CommandScope;
  readonly tally: ExportTally;
  readonly form: RunForm;
}

async function write(
  services: ExportServices,
  picture: RunPicture,
  uri: Uri,
  { form, ...writing }: Writing,
): Promise<WrittenRows> {
  const { record, rows } = picture;
  switch (form) {
    case 'csv':
      return { rows: rows.length, size: await writeCsv(picture, uri, writing.tally) };
    case 'jsonl': {
      const inRun = new Set(rows.map(({ ref }) => resultKey(ref)));
      // That a result was fetched is in its own facts.
      const steps = await recordedSteps(services, (result) => inRun.has(resultKey(result)), ['fetched', 'opened']);
      return writeTimeline(uri, [...toTimeline(record.run, rows), ...steps], writing.tally);
    }
    default:
      return writeChunks(services, picture, uri, { form, ...writing });
  }
}

async function writeCsv({ record, rows, comparison }: RunPicture, uri: Uri, tally: ExportTally): Promise<number> {
  const bytes = new TextEncoder().encode(
    toRunCsv(toExportRows(record.run.words, rows, comparison, whyNoResult), tally),
  );
  await writeWhole(uri, bytes);
  return bytes.length;
}

/** Writes NDJSON or Parquet. One result, or one group of rows, is in memory at a time. */
async function writeChunks(
  services: Pick<Services, 'loadParquetWriter' | 'store'>,
  picture: RunPicture,
  uri: Uri,
  { scope, tally, form }: Writing,
): Promise<WrittenRows> {
  return await writeRows(uri, readChunks(services, picture, scope, tally), async (chunks, append) => {
    if (form === 'parquet') {
      const writeParquet = await services.loadParquetWriter();
      await writeParquet(CHUNK_SCHEMA, CHUNK_COLUMNS, chunks, append);
    } else {
      for await (const chunk of chunks) await append(new TextEncoder().encode(toChunkLine(chunk, tally)));
    }
  });
}

/** Reads the chunks of a run, one result after the other. */
async function* readChunks(
  { store }: Pick<Services, 'store'>,
  { record, rows }: RunPicture,
  { signal, report }: CommandScope,
  tally: ExportTally,
): AsyncGenerator<RunChunk> {
  for (const [at, row] of rows.entries()) {
    signal.throwIfAborted();
    report(l10n.t('{0} of {1}', at + 1, rows.length), at / rows.length);
    const texts = hasResult(row)
      ? { output: await store.text(row.ref, 'output'), errors: await store.text(row.ref, 'errors') }
      : undefined;
    yield* toChunks(record.run, row, whyNoResult(row), texts, tally);
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
