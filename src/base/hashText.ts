import { createHash } from 'node:crypto';

/** Units that are encoded at a time: a large text must not be held once more as bytes. */
const STEP = 1024 * 1024;

/**
 * SHA-256 of a text as UTF-8, lower-case hex. Nothing is added or taken off, NULs at the end included; halves of
 * surrogate pairs, which UTF-8 cannot carry, count as U+FFFD.
 */
export function hashText(text: string): string {
  const hash = createHash('sha256');
  for (let from = 0; from < text.length;) {
    let to = from + STEP;
    // A pair must not be cut in two.
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last < 0xdc00) to--;
    hash.update(text.slice(from, to), 'utf8');
    from = to;
  }
  return hash.digest('hex');
}

/** SHA-256 of bytes, lower-case hex. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
