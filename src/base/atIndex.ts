/** A list, or the groups of a match; null and undefined where nothing matched. */
type Texts = ArrayLike<string | undefined> | null | undefined;

/** Returns a text of a list; empty where the list has none there. */
export function textAt(list: Texts, index: number): string {
  return list?.[index] ?? '';
}

/** Returns a number of a list; 0 where the list has none there. */
export function numberAt(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}

/** Returns a byte, or 0 after the end. Only arrays of bytes are passed, so V8 can make this as fast as an index. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** Returns the code point that begins at a place of a text, or 0 after its end. */
export function codeAt(text: string, at: number): number {
  return text.codePointAt(at) ?? 0;
}
