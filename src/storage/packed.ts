import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Limit for an unpacked row, in bytes. A larger row was made by an attacker to fill the memory. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Packs a row's facts about results and actions. A virus scanner could remove a file that contains an attacker's
 * command line in clear text. A search of the disk for a device's name also finds nothing in a packed row.
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
