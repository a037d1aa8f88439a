import { FileSink } from './fileSink.ts';

/**
 * Writes a complete file on this machine. Only its owner can read it. A file that already has the name does not change
 * until the new file is complete.
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
