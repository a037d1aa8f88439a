/** Computes the CRC-32 of gzip (RFC 1952), bit by bit. This is fast enough, because the sample's files are small. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const longestBlock = 0xffff;

/**
 * Creates a gzip member of stored blocks, which are not compressed. Every reader accepts stored blocks, and they need
 * no deflate code here.
 *
 * @param fileName - the file's original path, as in GetFile's results (api-facts §3). If it is given, it is written as
 *   FNAME
 */
export function gzipStored(content: Uint8Array, fileName?: string): Uint8Array {
  const name = fileName === undefined ? [] : Array.from(`${fileName}\0`, (unit) => unit.charCodeAt(0) & 0xff);
  const blocks = Math.max(1, Math.ceil(content.length / longestBlock));
  const bytes = new Uint8Array(10 + name.length + blocks * 5 + content.length + 8);
  const view = new DataView(bytes.buffer);
  bytes.set([0x1f, 0x8b, 8, fileName === undefined ? 0 : 0x08, 0, 0, 0, 0, 0, 0xff]);
  bytes.set(name, 10);
  let at = 10 + name.length;
  for (let block = 0; block < blocks; block += 1) {
    const part = content.subarray(block * longestBlock, (block + 1) * longestBlock);
    bytes[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    bytes.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, crc32(content), true);
  view.setUint32(at + 4, content.length, true);
  return bytes;
}
