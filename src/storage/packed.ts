import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Limit for an unpacked row, in bytes. No row of ours is that large: a larger one was made to fill the memory. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Packs what a row says of results and actions. A virus scanner would take away a file in which an attacker's command
 * line stands in clear text. A search of the disk for a device's name finds nothing in a packed row.
 */
export function pack(text: string): Uint8Array {
  return deflateRawSync(text);
}

/** Unpacks what {@link pack} wrote. Returns undefined for any other value. */
export function unpack(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return inflateRawSync(value, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}
