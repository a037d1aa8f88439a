import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { isLiveResponseError, LiveResponseError } from '../../../base/errors.ts';

/*
 * A reader of our own: it takes only what a pack writes, which is a small part of the format (APPNOTE.TXT 6.3), and so
 * needs none of the ways in which two readers can see different files in one zip. The field's reader (yauzl)
 * takes those, would need the same checks behind it, and is nearly twice as large as all of this folder.
 */

/** The bytes of a file that may be a pack. */
export interface PackBytes {
  readonly size: number;
  /** Fills a buffer from a place in the file, and returns the number of bytes that there were. */
  readonly read: (target: Uint8Array, position: number) => Promise<number>;
}

/** Limits for a pack. What exceeds one is refused before it is read. */
export interface PackLimits {
  /**
   * Size of the zip, of all its files unpacked, of all files of facts, of all results unpacked once more, and of one
   * result; bytes.
   */
  readonly zip: number;
  readonly files: number;
  readonly facts: number;
  readonly results: number;
  readonly result: number;
  /** Largest number of files. */
  readonly entries: number;
}

interface Entry {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Place of the file's own header. */
  readonly at: number;
}

/** An entry whose own header was read. */
interface Placed extends Entry {
  readonly start: number;
}

/** Sizes of the records, without names and extra fields. */
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const [END, CENTRAL, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
/** Longest name of a file. A pack writes names of at most 70 characters. */
const LONGEST_NAME = 200;
/** Most bytes of the extra fields that other programs add to an entry, such as times. */
const MOST_EXTRA = 100;
const PIECE = 64 * 1024;
/** Bits of an entry's flags that a pack may have: sizes follow the data (3), and names are UTF-8 (11). */
const PLAIN_FLAGS = 0x0808;
const SIZES_FOLLOW = 0x0008;
/** Sizes of what may follow the data of an entry: with or without a signature. */
const DESCRIPTORS: ReadonlySet<number> = new Set([12, 16]);
/** Extra fields that replace sizes and places (zip64) or the name (Info-ZIP). Within the limits no pack needs them. */
const OTHER_TRUTHS: ReadonlySet<number> = new Set([0x0001, 0x7075]);
/** Kinds of file in the upper bits of an entry's attributes: regular, or not stated. A link is another kind. */
const FILE_KINDS: ReadonlySet<number> = new Set([0, 0o10]);

/** Files of a zip that holds nothing but plain files, each once, one directly behind the other. */
export class PackZip {
  readonly #bytes: PackBytes;
  readonly #entries: ReadonlyMap<string, Placed>;

  private constructor(bytes: PackBytes, entries: ReadonlyMap<string, Placed>) {
    this.#bytes = bytes;
    this.#entries = entries;
  }

  /**
   * Reads the directory of a zip, and compares it with every file's own header. Reads no content.
   *
   * @throws LiveResponseError `packRefused` for a zip that no pack is
   */
  static async open(bytes: PackBytes, limits: PackLimits): Promise<PackZip> {
    if (bytes.size > limits.zip) throw refused('large', { size: bytes.size, limit: limits.zip });
    try {
      const { directory, at, count } = await readDirectory(bytes, limits);
      const entries = readEntries(directory, count, limits);
      return new PackZip(bytes, await placeEntries(bytes, entries, at));
    } catch (error) {
      throw isLiveResponseError(error) ? error : refused('zip');
    }
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Returns the size of a file as the directory states it. A file of another size cannot be read. */
  sizeOf(name: string): number | undefined {
    return this.#entries.get(name)?.size;
  }

  /** Reads a file piece by piece. @throws Error if it is not what the directory says */
  async *pieces(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error('there is no such file');
    let [size, crc] = [0, 0];
    for await (const piece of unpacked(stored(this.#bytes, entry), entry)) {
      size += piece.length;
      if (size > entry.size) break;
      crc = crc32(piece, crc);
      yield piece;
    }
    if (size !== entry.size || crc !== entry.crc) throw new Error('it is another file');
  }
}

/** Finds the directory, which ends directly before the last record. Of a comment, or of zip64, there is nothing there. */
async function readDirectory(
  bytes: PackBytes,
  limits: PackLimits,
): Promise<{ readonly directory: Buffer; readonly at: number; readonly count: number }> {
  const end = await readAt(bytes, bytes.size - END_BYTES, END_BYTES);
  if (end.readUInt32LE(0) !== END) throw refused('zip');
  const [disks, here, count] = [end.readUInt32LE(4), end.readUInt16LE(8), end.readUInt16LE(10)];
  const [length, at] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  if (disks !== 0 || here !== count || end.readUInt16LE(20) !== 0) throw odd('more than one zip');
  if (at + length !== bytes.size - END_BYTES) throw odd('bytes around the directory');
  if (count > limits.entries) throw refused('many', { size: count, limit: limits.entries });
  if (length > count * (CENTRAL_BYTES + LONGEST_NAME + MOST_EXTRA)) throw odd('a directory that is too large');
  return { directory: await readAt(bytes, at, length), at, count };
}

/** Reads the directory, which is as untrue as whoever wrote the zip. */
function readEntries(directory: Buffer, count: number, limits: PackLimits): Entry[] {
  const entries: Entry[] = [];
  const folded = new Set<string>();
  let [at, all] = [0, 0];
  for (let number = 0; number < count; number++) {
    if (directory.readUInt32LE(at) !== CENTRAL) throw refused('zip');
    const field = (offset: number): number => directory.readUInt16LE(at + offset);
    const long = (offset: number): number => directory.readUInt32LE(at + offset);
    const extraAt = at + CENTRAL_BYTES + field(28);
    const end = extraAt + field(30);
    const bytes = directory.subarray(at + CENTRAL_BYTES, extraAt);
    checkName(bytes.toString('latin1'), folded);
    const [flags, method, size] = [field(8), field(10), long(24)];
    if ((flags & ~PLAIN_FLAGS) !== 0) throw odd('encryption');
    if (method !== 0 && method !== 8) throw odd('a method of compression');
    if (!FILE_KINDS.has(long(38) >>> 28) || (long(38) & 0x10) !== 0) throw odd('a link or a folder');
    if (field(32) !== 0 || field(34) !== 0 || hasOtherTruths(directory.subarray(extraAt, end))) {
      throw odd('a second name or size');
    }
    all += size;
    if (all > limits.files) throw refused('large', { size: all, limit: limits.files });
    entries.push({ name: bytes, flags, method, crc: long(16), packed: long(20), size, at: long(42) });
    at = end;
  }
  if (at !== directory.length) throw odd('bytes behind the directory');
  return entries;
}

/** Checks a name. It is a key of a map, and never a path. One that could be more says that the zip is no pack. */
function checkName(name: string, folded: Set<string>): void {
  const isPlain = name.length <= LONGEST_NAME && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/u.test(name);
  if (!isPlain) throw odd('a name');
  if (/[\\:]|^\/|(?:^|\/)\.{1,2}(?:\/|$)/u.test(name)) throw odd('a name that is a path');
  if (name.endsWith('/')) throw odd('a folder');
  if (folded.has(name.toLowerCase())) throw odd('two files of one name');
  folded.add(name.toLowerCase());
}

function hasOtherTruths(extra: Buffer): boolean {
  let at = 0;
  while (at + 4 <= extra.length) {
    if (OTHER_TRUTHS.has(extra.readUInt16LE(at))) return true;
    at += 4 + extra.readUInt16LE(at + 2);
  }
  return at !== extra.length;
}

/** Requires that each file begins where the one before ends, from the first byte of the zip to its directory. */
async function placeEntries(
  bytes: PackBytes,
  entries: readonly Entry[],
  directoryAt: number,
): Promise<Map<string, Placed>> {
  const placed = new Map<string, Placed>();
  let end = 0;
  let isFollowed = false;
  const follows = (at: number): boolean => at === end || (isFollowed && DESCRIPTORS.has(at - end));
  for (const entry of entries.toSorted((one, other) => one.at - other.at)) {
    if (!follows(entry.at)) throw odd('files that overlap, or bytes between them');
    const { length } = entry.name;
    const header = await readAt(bytes, entry.at, LOCAL_BYTES + length);
    const field = (offset: number): number => header.readUInt16LE(offset);
    isFollowed = (entry.flags & SIZES_FOLLOW) !== 0;
    const isSame =
      header.readUInt32LE(0) === LOCAL &&
      field(6) === entry.flags &&
      field(8) === entry.method &&
      field(26) === length &&
      header.subarray(LOCAL_BYTES).equals(entry.name) &&
      (isFollowed || (header.readUInt32LE(18) === entry.packed && header.readUInt32LE(22) === entry.size));
    if (!isSame) throw odd('a header that contradicts the directory');
    const start = entry.at + LOCAL_BYTES + length + field(28);
    placed.set(entry.name.toString('latin1'), { ...entry, start });
    end = start + entry.packed;
  }
  if (!follows(directoryAt)) throw odd('bytes behind the files');
  return placed;
}

/** Reads the bytes of an entry as they are stored. */
async function* stored(bytes: PackBytes, { start, packed }: Placed): AsyncGenerator<Buffer> {
  for (let at = 0; at < packed; at += PIECE) yield await readAt(bytes, start + at, Math.min(PIECE, packed - at));
}

/** Unpacks the bytes of an entry. @throws Error if they end early, or something stands behind them */
async function* unpacked(pieces: AsyncGenerator<Buffer>, { method, packed }: Placed): AsyncGenerator<Buffer> {
  if (method === 0) {
    yield* pieces;
    return;
  }
  const inflate = createInflateRaw();
  // The loop gets the errors of both.
  pipeline(Readable.from(pieces), inflate, () => undefined);
  yield* inflate as AsyncIterable<Buffer>;
  if (inflate.bytesWritten !== packed) throw new Error('something stands behind its end');
}

/** Reads bytes at a place. @throws Error if the file has not so many */
async function readAt({ size, read }: PackBytes, at: number, length: number): Promise<Buffer> {
  if (at < 0 || at + length > size) throw new Error('the file ends early');
  const target = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const more = await read(target.subarray(done), at + done);
    if (more === 0) throw new Error('the file ends early');
    done += more;
  }
  return target;
}

/** Says that a zip is no pack that can be read. */
export function refused(reason: string, values: LiveResponseError['values'] = {}): LiveResponseError {
  return new LiveResponseError('packRefused', { ...values, reason });
}

function odd(path: string): LiveResponseError {
  return refused('odd', { path });
}
