import { l10n } from 'vscode';
import type { Uri } from 'vscode';
import { formatBytes } from '../../messages/format.ts';
import { FileSink } from '../../results/save/fileSink.ts';
import { WholeSink } from '../../results/save/wholeSink.ts';
import { nameOfFile } from './saveResult.ts';
import { elsewhere, isLocal } from './writeElsewhere.ts';

/** Size of a file that was written: its rows, and its bytes. */
export interface WrittenRows {
  readonly rows: number;
  readonly size: number;
}

/**
 * Writes rows to a file that the user chose, piece by piece. For a file on this machine, only the current piece is in
 * memory. For any other file, the complete content is, up to a limit. If anything fails, nothing of it is kept.
 *
 * @param read - reads the rows
 * @param write - writes each row that it reads
 * @throws LiveResponseError `fileFailed`, and what `read` and `write` throw
 */
export async function writeRows<Row>(
  uri: Uri,
  read: AsyncIterable<Row>,
  write: (rows: AsyncIterable<Row>, append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<WrittenRows> {
  let rows = 0;
  let size = 0;
  const counted = async function* (): AsyncGenerator<Row> {
    for await (const row of read) {
      rows++;
      yield row;
    }
  };
  return writeThrough(uri, async (append) => {
    await write(counted(), async (bytes) => {
      await append(bytes);
      size += bytes.length;
    });
    return { rows, size };
  });
}

/**
 * Writes a file that the user chose, piece by piece, as {@link writeRows} does.
 *
 * @param write - writes all of it
 * @returns what `write` returns
 * @throws LiveResponseError `fileFailed`, and what `write` throws
 */
export async function writeThrough<Result>(
  uri: Uri,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const sink = isLocal(uri) ? new FileSink(uri.fsPath) : new WholeSink(elsewhere(uri));
  try {
    const result = await write(async (bytes) => {
      await sink.append(bytes);
    });
    await sink.keep();
    return result;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

/** Returns the sentence about a file with rows. */
export function savedRowsWords(uri: Uri, { rows, size }: WrittenRows): string {
  return rows === 1
    ? l10n.t('Saved {0} (1 row, {1}).', nameOfFile(uri), formatBytes(size))
    : l10n.t('Saved {0} ({1} rows, {2}).', nameOfFile(uri), rows, formatBytes(size));
}

/** Returns the ending of a file's name in lower case, without its dot; empty if there is none. */
export function endingOf(uri: Uri): string {
  return /\.([^./]*)$/u.exec(uri.path)?.[1]?.toLowerCase() ?? '';
}
