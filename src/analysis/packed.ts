import { deserialize, serialize } from 'node:v8';
import { release } from '../base/release.ts';

/**
 * A value on its way from one thread to another, as `node:v8` serializes it. A thread between the two passes it on, and
 * never holds its texts. The bytes are outside the heap, so moving them copies nothing.
 */
export type Packed = Uint8Array<ArrayBuffer>;

/** Packs a value. Strings keep their NULs and lone surrogates, which UTF-8 would not preserve. */
export function pack(value: unknown): Packed {
  const bytes = serialize(value);
  // A small buffer can share its memory with other buffers, and can then not be moved.
  const isAlone = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return isAlone ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}

/**
 * Reads a value that {@link pack} wrote. The caller knows the type of the value, because both threads use the same
 * method name. Bytes in the value are parts of the packed bytes.
 */
export function unpack(packed: Packed): unknown {
  return deserialize(packed);
}

/** Reads a packed text and frees its memory. The packed bytes are empty afterwards. */
export function unpackText(packed: Packed): string {
  const text = deserialize(packed) as string;
  release(packed);
  return text;
}
