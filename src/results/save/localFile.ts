import { FileSink } from './fileSink.ts';

/**
 * Writes a whole file on this machine, readable by its owner only. A file that had its name stays untouched until then.
 *
 * @throws LiveResponseError `fileFailed`
 */
export async function writeLocalFile(path: string, bytes: Uint8Array): Promise<void> {
  const sink = new FileSink(path);
  try {
    await sink.append(bytes);
    await sink.keep();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
