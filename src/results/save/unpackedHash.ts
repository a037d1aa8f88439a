import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Maximum unpacked size, in bytes: more than Defender collects. A file that unpacks to more was crafted to do so. */
const MAX_BYTES = 4 * 1024 ** 3;

/** Hash and size of a gzip file's content, which is not unpacked to any place. */
export interface Unpacked {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Hashes the content of a gzip file, a piece at a time.
 *
 * @param file - its path, or its bytes where they are in memory
 * @returns undefined where the file is not a whole gzip, or unpacks to more than `maxBytes`
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
    // The file is saved and its own hash is shown: this hash is an extra.
    return undefined;
  }
  return { sha256: hash.digest('hex'), size };
}

/**
 * Returns a name for a collected file: the last part of the requested path, of plain letters only. It contains no
 * separator, and begins with neither a point nor a hyphen, so that it cannot be a path or an option.
 *
 * @returns '' where nothing of it is left
 */
export function safeFileName(path: string): string {
  const last = path.split(/[\\/]/u).findLast((part) => part !== '') ?? '';
  return last
    .replace(/[^A-Za-z0-9._-]+/gu, '_')
    .replace(/^[-._]+/u, '')
    .slice(0, 80);
}
