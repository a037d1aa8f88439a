import { crc32, inflateRawSync } from 'node:zlib';
import { deflateAsync } from '@gfx/zopfli';

/** Signature of an entry's own header, of an entry in the directory, and of the directory's end (APPNOTE.TXT 4.3). */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
const DEFLATED = 8;
/** Flag of a name in UTF-8. The other flags say how the packer has written an entry. */
const UTF8_NAME = 0x0800;
/** First version of the format with compression, and the same on a system with the rights of Unix. */
const VERSION = 20;
const MADE_ON_UNIX = 0x0314;
/** A plain file that its owner may write and everybody may read. */
const PLAIN_FILE = 0o100644;
/** 1 January 1980, midnight: the first time that a zip can hold, in the two fields of MS-DOS. */
const FIRST_DATE = 0x21;
const FIRST_TIME = 0;
/** Laps of the search for the shortest form. More laps save less than a tenth of a percent. */
const LAPS = 5;

interface Entry {
  readonly name: Buffer;
  readonly bytes: Buffer;
}

/**
 * Writes a zip anew. Every entry gets the same time and the same rights. Otherwise they would be those of the checkout and
 * of the time zone, and two builds of the same commit would differ. The entries are compressed better than a packer does
 * in passing, which makes the package 4 % smaller. Any reader of zips reads them.
 *
 * @throws Error if the bytes are no zip, or one in the 64-bit format
 */
export async function repackZip(zip: Buffer): Promise<Buffer> {
  const entries = readEntries(zip);
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const packed = Buffer.from(await deflateAsync(bytes, { numiterations: LAPS }));
    const facts = Buffer.alloc(22);
    facts.writeUInt16LE(VERSION, 0);
    facts.writeUInt16LE(UTF8_NAME, 2);
    facts.writeUInt16LE(DEFLATED, 4);
    facts.writeUInt16LE(FIRST_TIME, 6);
    facts.writeUInt16LE(FIRST_DATE, 8);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(bytes.length, 18);

    const header = Buffer.alloc(LOCAL_SIZE);
    header.writeUInt32LE(LOCAL, 0);
    facts.copy(header, 4);
    header.writeUInt16LE(name.length, 26);
    bodies.push(header, name, packed);

    const row = Buffer.alloc(CENTRAL_SIZE);
    row.writeUInt32LE(CENTRAL, 0);
    row.writeUInt16LE(MADE_ON_UNIX, 4);
    facts.copy(row, 6);
    row.writeUInt16LE(name.length, 28);
    row.writeUInt32LE(PLAIN_FILE * 0x10000, 38);
    row.writeUInt32LE(at, 42);
    directory.push(row, name);
    at += LOCAL_SIZE + name.length + packed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(END_SIZE);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

function readEntries(zip: Buffer): Entry[] {
  // The package has no comment, so its last 22 bytes are the end of its directory.
  const end = zip.length - END_SIZE;
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new Error('This is no zip, or it has a comment.');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new Error('This is a zip in the 64-bit format.');
  return Array.from({ length: count }, () => {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new Error('The directory of the zip is damaged.');
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const local = zip.readUInt32LE(at + 42);
    const name = Buffer.from(zip.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength));
    const start = local + LOCAL_SIZE + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + size);
    const bytes = method === DEFLATED ? inflateRawSync(packed) : Buffer.from(packed);
    if (crc32(bytes) !== zip.readUInt32LE(at + 16)) throw new Error(`${name.toString()} is damaged in the zip.`);
    at += CENTRAL_SIZE + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    return { name, bytes };
  });
}
