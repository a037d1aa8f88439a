import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * A file that could not be written, with the system's code. Recognized by its name, which crosses the border of the
 * thread.
 */
export class FileFailed extends Error {
  override readonly name = 'FileFailed';
}

/**
 * Writes a file piece by piece, under another name until it is whole.
 *
 * @returns its size
 * @throws FileFailed, and what the pieces throw; nothing of the file is left then
 */
export function writeFile(path: string, pieces: Iterable<Uint8Array>): number {
  const unfinished = `${path}.part`;
  // Never opens a file, or a link to one, that another program put there.
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
      closeSync(file);
    }
    orFail(() => {
      renameSync(unfinished, path);
    });
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return size;
}

function orFail<Answer>(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    throw new FileFailed(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
  }
}

/** Number of UTF-16 units in a piece of a text: a whole copy in bytes would double the memory. */
const PIECE_UNITS = 128 * 1024;
/** Maximum number of bytes that a unit takes as UTF-8. */
const UNIT_BYTES = 3;

/** Yields a text as UTF-8. Each piece must be used before the next one is requested: all share the same memory. */
export function* encodeText(text: string): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array((PIECE_UNITS + 1) * UNIT_BYTES);
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + PIECE_UNITS);
    const last = text.charCodeAt(to - 1);
    // Pairs of surrogates stay together, or each half would become U+FFFD.
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to++;
    yield buffer.subarray(0, encoder.encodeInto(text.slice(from, to), buffer).written);
    from = to;
  }
}
