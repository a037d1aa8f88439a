import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/**
 * Maximum unpacked size, in bytes. Defender collects no file of this size, so a larger content was crafted to be large.
 */
const MAX_BYTES = 4 * 1024 ** 3;

/** Hash and size of a gzip file's content. The content is unpacked only to be hashed, and is not written anywhere. */
export interface Unpacked {
  /** SHA-256 in lower-case hex. */
  readonly sha256: string;
  /** Size in bytes. */
  readonly size: number;
}

/**
 * Hashes the content of a gzip file, a piece at a time.
 *
 * @param file - its path, or its bytes if they are in memory
 * @returns undefined if the file is not a complete gzip file, or if its content exceeds `maxBytes`
 */
export async function hashUnpacked(
  file: string | Uint8Array,
  signal: AbortSignal,
  maxBytes: number = MAX_BYTES,
): Promise<Unpacked | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    await pipeline(
      typeof file === 'string' ? createReadStream(file) : [file],
      createGunzip(),
      async (pieces: AsyncIterable<Buffer>) => {
        for await (const piece of pieces) {
          size += piece.length;
          if (size > maxBytes) throw new RangeError('too large');
          hash.update(piece);
        }
      },
      { signal },
    );
  } catch {
    // The failure is ignored: the file is saved and its own hash is shown, so this hash is only an addition.
    return undefined;
  }
  return { sha256: hash.digest('hex'), size };
}

/**
 * Returns a name for a collected file: the last part of the requested path, with plain letters only. The name contains
 * no separator, and begins with neither a dot nor a hyphen. So it cannot be read as a path or as an option.
 *
 * @returns '' if nothing of the path is left
 */
export function safeFileName(path: string): string {
  const last = path.split(/[\\/]/u).findLast((part) => part !== '') ?? '';
  return last
    .replace(/[^A-Za-z0-9._-]+/gu, '_')
    .replace(/^[-._]+/u, '')
    .slice(0, 80);
}
