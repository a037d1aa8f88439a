/**
 * Frees the memory of bytes at once if no other array shares their buffer. The garbage collector would take its time,
 * and hundreds of MB pass through here. The bytes cannot be used afterwards.
 */
export function release({ buffer }: Uint8Array): void {
  // Small arrays share one pooled buffer.
  const isAlone = buffer.byteLength > Buffer.poolSize;
  if (isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
