import { FileSink } from './fileSink.ts';

/**
 * Writes a file on this machine, whole, readable by its owner only. Until it is whole, what had its name is untouched.
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
