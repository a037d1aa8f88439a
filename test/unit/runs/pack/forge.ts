import { crc32, deflateRawSync } from 'node:zlib';

/** Entry of a zip that a test forges. */
export interface Forged {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly attributes?: number;
  readonly extra?: Buffer;
  /** Fields of the directory that contradict the entry's own header. */
  readonly told?: { readonly name?: string; readonly size?: number; readonly packed?: number; readonly at?: number };
  /** Bytes behind the data. */
  readonly behind?: Buffer;
}

/** Writes a zip in which each entry can be wrong in its own way. */
export function forge(
  entries: readonly Forged[],
  end: { readonly count?: number; readonly between?: Buffer } = {},
): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, method = 0, flags = 0, attributes = 0, extra = Buffer.alloc(0), told, behind } of entries) {
    const data = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes);
    const head = (label: string, size: number, packed: number): Buffer => {
      const fields = Buffer.alloc(26);
      fields.writeUInt16LE(20, 0);
      fields.writeUInt16LE(flags, 2);
      fields.writeUInt16LE(method, 4);
      fields.writeUInt16LE(0x21, 8);
      fields.writeUInt32LE(crc32(bytes), 10);
      fields.writeUInt32LE(packed, 14);
      fields.writeUInt32LE(size, 18);
      fields.writeUInt16LE(Buffer.byteLength(label), 22);
      fields.writeUInt16LE(extra.length, 24);
      return fields;
    };
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      head(name, bytes.length, data.length),
      Buffer.from(name),
      extra,
      data,
      behind ?? Buffer.alloc(0),
    ]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(attributes, 6);
    place.writeUInt32LE(told?.at ?? offset, 10);
    const label = told?.name ?? name;
    central.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02\x14\x03'),
        head(label, told?.size ?? bytes.length, told?.packed ?? data.length),
        place,
        Buffer.from(label),
        extra,
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const last = Buffer.alloc(22);
  last.write('PK\x05\x06', 'latin1');
  last.writeUInt16LE(end.count ?? entries.length, 8);
  last.writeUInt16LE(end.count ?? entries.length, 10);
  last.writeUInt32LE(directory.length, 12);
  last.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end.between ?? Buffer.alloc(0), last]);
}
