import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { systemCodeOf } from '../base/errors.ts';

/**
 * Thrown if a file cannot be written, with the system's error code. It is recognized by its name, because its class is
 * lost at the border of the thread.
 */
export class FileFailed extends Error {
  override readonly name = 'FileFailed';
}

/**
 * Writes a file piece by piece. The file has another name until it is complete.
 *
 * @returns its size in bytes
 * @throws FileFailed, and all errors that the pieces throw; the unfinished file is then deleted
 */
export function writeFile(path: string, pieces: Iterable<Uint8Array>): number {
  const unfinished = `${path}.part`;
  // The flags refuse a file, or a link to a file, that another program created at this place.
  const file = orFail(() => openSync(unfinished, 'wx', 0o600));
  let size = 0;
  try {
    try {
      for (const bytes of pieces) {
        for (let written = 0; written < bytes.length;) written += orFail(() => writeSync(file, bytes, written));
        size += bytes.length;
      }
      orFail(() => {
        fsyncSync(file);
      });
    } finally {
      orFail(() => {
        closeSync(file);
      });
    }
    orFail(() => {
      renameSync(unfinished, path);
    });
  } catch (error) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // The first failure says more.
    }
    throw error;
  }
  return size;
}

function orFail<Answer>(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    throw new FileFailed(systemCodeOf(error));
  }
}

/**
 * Number of UTF-16 units in a piece of a text. Pieces are used because the bytes of the complete text would double the
 * memory.
 */
const PIECE_UNITS = 128 * 1024;
/** Maximum number of bytes of a UTF-16 unit in UTF-8. */
const UNIT_BYTES = 3;

/**
 * Yields a text as UTF-8, in pieces. Use each piece before you request the next, because all pieces share the same
 * memory.
 */
export function* encodeText(text: string): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array((PIECE_UNITS + 1) * UNIT_BYTES);
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + PIECE_UNITS);
    const last = text.charCodeAt(to - 1);
    // A surrogate pair must stay together. Otherwise each half would become U+FFFD.
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to++;
    yield buffer.subarray(0, encoder.encodeInto(text.slice(from, to), buffer).written);
    from = to;
  }
}
