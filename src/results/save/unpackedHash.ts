import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** More than Defender collects; whatever unpacks to more was made to. */
const MAX_BYTES = 4 * 1024 ** 3;

/** What a gzip file holds, without unpacking it to anywhere. */
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
 * @returns undefined where the file is no whole gzip, or unpacks to more than can be meant
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
    // The file is saved and its own hash is told: this one is an extra.
    return undefined;
  }
  return { sha256: hash.digest('hex'), size };
}

/**
 * A name for a collected file, made of the path that was asked for: the last part of it, of plain letters only, so
 * that it can be no path, no device and no option.
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
