import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';

/** Level 9: it is written once, and sent around. */
const GZIP = { level: 9 } as const;
/** Place of the byte that names the operating system in a gzip header. 255 stands for "unknown". */
const SYSTEM_BYTE = 9;

/** Packs bytes as gzip, in the same way on every machine. */
export function packBytes(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes, GZIP);
  packed[SYSTEM_BYTE] = 255;
  return packed;
}

/**
 * Packs a file as {@link packBytes} does, piece by piece. An error of the file ends the stream.
 *
 * @param toFailure - converts an error of the file system
 */
export function packFile(path: string, toFailure: (error: unknown) => unknown): Readable {
  return Readable.from(packedPieces(path, toFailure));
}

async function* packedPieces(path: string, toFailure: (error: unknown) => unknown): AsyncGenerator<Buffer> {
  const gzip = createGzip(GZIP);
  // The loop gets the errors of both, and the file is closed when the loop is left.
  pipeline(createReadStream(path), gzip, () => undefined);
  let at = 0;
  try {
    for await (const piece of gzip as AsyncIterable<Buffer>) {
      const place = SYSTEM_BYTE - at;
      if (place >= 0 && place < piece.length) piece[place] = 255;
      at += piece.length;
      yield piece;
    }
  } catch (error) {
    throw toFailure(error);
  }
}
