/**
 * Frees the memory of bytes at once if no other array shares their buffer. The garbage collector would free hundreds
 * of MB too late. The bytes cannot be used afterwards.
 */
export function release({ buffer }: Uint8Array): void {
  // Node puts small arrays into one shared buffer, the pool.
  const isAlone = buffer.byteLength > Buffer.poolSize;
  if (isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
