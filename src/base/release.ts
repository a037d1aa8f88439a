/**
 * Gives the memory of bytes back at once, where nobody else has a part of it: the collector would take its time, and what
 * passes through here is hundreds of MB. The bytes are none afterwards.
 */
export function release({ buffer }: Uint8Array): void {
  // Small ones share their memory with others.
  const isAlone = buffer.byteLength > Buffer.poolSize;
  if (isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
