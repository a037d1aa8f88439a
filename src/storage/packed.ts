import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** More than any of our rows holds, unpacked, in bytes. What unpacks to more was made to fill the memory. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Packs what a row says of results and actions. A virus scanner takes away a file in which an attacker's command line
 * stands as it is, and whoever searches the disk for a device's name finds none.
 */
export function pack(text: string): Uint8Array {
  return deflateRawSync(text);
}

/** Unpacks what {@link pack} wrote; undefined for a value that it did not write. */
export function unpack(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return inflateRawSync(value, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}
