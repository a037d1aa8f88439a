import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import { toCsv } from '../evidence/csv.ts';
import { formatBytes } from '../platform/format.ts';
import { whyNoResult } from '../platform/runWords.ts';
import { FileSink } from '../results/fileSink.ts';
import { RUN_COLUMNS, toExportRows } from '../results/runRows.ts';
import type { Services } from '../services.ts';
import type { RunPicture } from '../documents/runOverviews.ts';
import { chooseRun } from './chooseRun.ts';
import type { CommandRunner, CommandScope } from './commandRunner.ts';
import { tellSaved } from './saveResult.ts';

/** Excel reads UTF-8 as such only behind this mark. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * `liveResponse.exportRunCsv` and `exportRunNdjson`: a row for every host, with a result or with the reason why there
 * is none. CSV has no texts and nothing that a spreadsheet takes for a formula; NDJSON has the texts too, unaltered.
 */
export async function exportRun(
  services: Services,
  runner: CommandRunner,
  kind: 'csv' | 'ndjson',
  args: readonly unknown[],
): Promise<void> {
  const record = await chooseRun(services, runner, args);
  if (record === undefined) return;
  const uri = await window.showSaveDialog({
    title: kind === 'csv' ? l10n.t('Export Run as CSV') : l10n.t('Export Run as NDJSON'),
    defaultUri: suggested(kind),
  });
  if (uri === undefined) return;
  await runner.run(l10n.t('Exporting run'), async (scope) => {
    const picture = await services.runOverviews.picture(record);
    const write = kind === 'csv' ? writeCsv : writeNdjson;
    const size = await write(services, picture, uri, scope);
    void tellSaved(uri, l10n.t('Saved {0}: {1} rows.', formatBytes(size), picture.rows.length));
  });
}

async function writeCsv(_services: Services, { rows, comparison }: RunPicture, uri: Uri): Promise<number> {
  const cells = toExportRows(rows, comparison, whyNoResult).map((row) => RUN_COLUMNS.map((name) => row[name] ?? ''));
  const bytes = new TextEncoder().encode(BYTE_ORDER_MARK + toCsv(RUN_COLUMNS, cells));
  await workspace.fs.writeFile(uri, bytes);
  return bytes.length;
}

/** One result in memory at a time where the file is on this machine; elsewhere VS Code takes files whole only. */
async function writeNdjson(
  services: Services,
  { rows, comparison }: RunPicture,
  uri: Uri,
  { signal, report }: CommandScope,
): Promise<number> {
  const sink = uri.scheme === 'file' ? new FileSink(uri.fsPath) : undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (const [at, row] of toExportRows(rows, comparison, whyNoResult).entries()) {
      signal.throwIfAborted();
      report(l10n.t('{0} of {1}', at + 1, rows.length), at / rows.length);
      const ref = rows[at]?.ref;
      const texts =
        ref === undefined || row.state !== 'result'
          ? {}
          : { output: await services.store.text(ref, 'output'), errors: await services.store.text(ref, 'errors') };
      const bytes = new TextEncoder().encode(`${JSON.stringify({ ...row, ...texts })}\n`);
      if (sink === undefined) chunks.push(bytes);
      else await sink.append(bytes);
      size += bytes.length;
    }
    if (sink === undefined) await workspace.fs.writeFile(uri, Buffer.concat(chunks));
    else await sink.keep();
    return size;
  } catch (error) {
    await sink?.discard();
    throw error;
  }
}

/** In the workspace where there is one, else where the person is at home. The name is never a device's. */
function suggested(ending: 'csv' | 'ndjson'): Uri {
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
  return Uri.joinPath(folder, `run.${ending}`);
}
