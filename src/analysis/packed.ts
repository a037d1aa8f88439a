import { deserialize, serialize } from 'node:v8';
import { release } from '../base/release.ts';

/**
 * A value on its way from one thread to another, as `node:v8` writes it. The thread in between moves it and never holds
 * its texts: bytes lie outside the heap, and moving them copies nothing.
 */
export type Packed = Uint8Array<ArrayBuffer>;

/** Packs a value. Strings keep their NULs and lone halves of surrogate pairs, which UTF-8 would not. */
export function pack(value: unknown): Packed {
  const bytes = serialize(value);
  // A small buffer may share its memory with others, and then cannot be moved.
  const isAlone = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return isAlone ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}

/**
 * Reads what {@link pack} wrote. The caller knows its type, since both ends name the same method. Bytes in the value
 * are parts of the packed ones.
 */
export function unpack(packed: Packed): unknown {
  return deserialize(packed);
}

/** Reads a packed text and frees its memory: the bytes are empty afterwards. */
export function unpackText(packed: Packed): string {
  const text = deserialize(packed) as string;
  release(packed);
  return text;
}
