import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Writes a file piece by piece, under another name until it is whole.
 *
 * @returns its size
 * @throws what the file system says, or the pieces; then nothing is left of it
 */
export function writeFile(path: string, pieces: Iterable<Uint8Array>): number {
  const unfinished = `${path}.part`;
  let size = 0;
  try {
    const file = openSync(unfinished, 'w', 0o600);
    try {
      for (const bytes of pieces) {
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
        size += bytes.length;
      }
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return size;
}

/** A file is written in pieces of this many units: a whole copy in bytes would double the memory. */
const PIECE_UNITS = 1024 * 1024;

/** A text as UTF-8. Pairs of surrogates stay together, or each half would become U+FFFD. */
export function* encodeText(text: string): Generator<Uint8Array> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + PIECE_UNITS);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to++;
    yield Buffer.from(text.slice(from, to));
    from = to;
  }
}
