/** Signature of an entry in a zip's central directory, of its end, and of an entry's own header (APPNOTE.TXT 4.3). */
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** A plain file that its owner may write and everybody may read. */
const PLAIN_FILE = 0o100644;
/** 1 January 1980, midnight: the first time that a zip can hold, in the two fields of MS-DOS. */
const FIRST_DATE = 0x21;
const FIRST_TIME = 0;

/**
 * Gives every entry of a zip the same time and the same rights, in place. Otherwise they would be those of the checkout
 * and of the time zone, and two builds of the same commit would differ.
 *
 * @throws Error if the bytes are no zip, or one in the 64-bit format
 */
export function normaliseZip(zip: Buffer): void {
  // The package has no comment, so its last 22 bytes are the end of its directory.
  const end = zip.length - 22;
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new Error('This is no zip, or it has a comment.');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new Error('This is a zip in the 64-bit format.');
  for (let entry = 0; entry < count; entry++) {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new Error('The directory of the zip is damaged.');
    zip.writeUInt16LE(FIRST_TIME, at + 12);
    zip.writeUInt16LE(FIRST_DATE, at + 14);
    zip.writeUInt32LE(PLAIN_FILE * 0x10000, at + 38);
    const header = zip.readUInt32LE(at + 42);
    zip.writeUInt16LE(FIRST_TIME, header + 10);
    zip.writeUInt16LE(FIRST_DATE, header + 12);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}
