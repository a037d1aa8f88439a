import { createHash } from 'node:crypto';

/** Number of UTF-16 units encoded at a time. Encoding a large text at once would need memory for a second copy. */
const STEP = 1024 * 1024;

/**
 * Returns the SHA-256 of a text as UTF-8, in lower-case hex. Nothing is added or removed, not even NULs at the end.
 * Lone surrogates count as U+FFFD, because UTF-8 cannot encode them.
 */
export function hashText(text: string): string {
  const hash = createHash('sha256');
  for (let from = 0; from < text.length;) {
    let to = from + STEP;
    // Do not split a surrogate pair.
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last < 0xdc00) to--;
    hash.update(text.slice(from, to), 'utf8');
    from = to;
  }
  return hash.digest('hex');
}

/** Returns the SHA-256 of bytes, in lower-case hex. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
