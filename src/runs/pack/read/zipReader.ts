import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { isLiveResponseError, LiveResponseError } from '../../../base/errors.ts';

/** The bytes of a file that may be a pack. */
export interface PackBytes {
  readonly size: number;
  /** Fills a buffer from a place in the file, and returns the number of bytes that there were. */
  readonly read: (target: Uint8Array, position: number) => Promise<number>;
}

/** Limits for a pack. What exceeds one is refused before it is read. */
export interface PackLimits {
  /** Size of the zip, of all its files unpacked, of all results unpacked once more, and of one result; bytes. */
  readonly zip: number;
  readonly files: number;
  readonly results: number;
  readonly result: number;
  /** Largest number of files. */
  readonly entries: number;
}

/** Longest name of a file. A pack writes names of at most 70 characters. */
const LONGEST_NAME = 200;
const PIECE = 64 * 1024;
/** Bits of an entry's flags that a pack may have: sizes follow the data (3), and names are UTF-8 (11). */
const PLAIN_FLAGS = 0x0808;
const SIZES_FOLLOW = 0x0008;
/** Sizes of what may follow the data of an entry: with or without a signature, with 32 or with 64 bits. */
const DESCRIPTORS: ReadonlySet<number> = new Set([12, 16, 20, 24]);
/** Kinds of file in the upper half of an entry's attributes: regular, or not stated. A link is another kind. */
const FILE_KINDS: ReadonlySet<number> = new Set([0, 0o10]);

/** Extra fields that replace sizes and places (zip64) or the name (Info-ZIP). Within the limits no pack needs them. */
const OTHER_TRUTHS: ReadonlySet<number> = new Set([0x0001, 0x7075]);
/** Size of the record behind the directory, without a comment. */
const END_BYTES = 22;

/** Files of a zip that holds nothing but plain files, each once, one directly behind the other. */
export class PackZip {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
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
      const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
      const zip = await fromRandomAccessReaderPromise(new PackReader(bytes), bytes.size, options);
      if (zip.entryCount > limits.entries) throw refused('many', { size: zip.entryCount, limit: limits.entries });
      const directory = cursorOf(zip);
      const entries = await readEntries(zip, limits);
      // Bytes here would be files that the directory counts not, a comment, or another record that ends it.
      if (cursorOf(zip) !== bytes.size - END_BYTES) throw odd('bytes behind the directory');
      await checkLayout(zip, [...entries.values()], directory);
      return new PackZip(zip, entries);
    } catch (error) {
      throw isLiveResponseError(error) ? error : refused('zip');
    }
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Returns the size of a file as the directory states it. A file of another size cannot be read. */
  sizeOf(name: string): number | undefined {
    return this.#entries.get(name)?.uncompressedSize;
  }

  /** Reads a file piece by piece. @throws Error if it is not what the directory says */
  async *pieces(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error('there is no such file');
    yield* (await this.#zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>;
  }
}

/** Reads the directory, which is as untrue as whoever wrote the zip. */
async function readEntries(zip: ZipFile, limits: PackLimits): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const folded = new Set<string>();
  let size = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileNameRaw.toString('latin1');
    const mode = entry.externalFileAttributes >>> 28;
    // A name is a key of a map, and never a path. One that could be more says that the zip is no pack.
    if (name.length > LONGEST_NAME || !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/u.test(name)) throw odd('a name');
    if (/[\\:]|^\/|(?:^|\/)\.{1,2}(?:\/|$)/u.test(name)) throw odd('a name that is a path');
    if (name.endsWith('/')) throw odd('a folder');
    if ((entry.generalPurposeBitFlag & ~PLAIN_FLAGS) !== 0) throw odd('encryption');
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw odd('a method of compression');
    if (!FILE_KINDS.has(mode) || (entry.externalFileAttributes & 0x10) !== 0) throw odd('a link or a folder');
    if (entry.extraFields.some(({ id }) => OTHER_TRUTHS.has(id))) throw odd('a second name or size');
    if (folded.has(name.toLowerCase())) throw odd('two files of one name');
    folded.add(name.toLowerCase());
    entries.set(name, entry);
    size += entry.uncompressedSize;
    if (!(size <= limits.files)) throw refused('large', { size, limit: limits.files });
  }
  return entries;
}

/** Requires that each file begins where the one before ends, from the first byte of the zip to its directory. */
async function checkLayout(zip: ZipFile, entries: readonly Entry[], directory: number): Promise<void> {
  let end = 0;
  let wasFollowed = false;
  for (const entry of entries.toSorted((one, other) => placeOf(one) - placeOf(other))) {
    const gap = placeOf(entry) - end;
    if (gap !== 0 && !(wasFollowed && DESCRIPTORS.has(gap))) throw odd('files that overlap, or bytes between them');
    const header = await zip.readLocalFileHeaderPromise(entry);
    const isFollowed = (header.generalPurposeBitFlag & SIZES_FOLLOW) !== 0;
    const sizes = [header.compressedSize, header.uncompressedSize];
    const isSame =
      header.fileName.equals(entry.fileNameRaw) &&
      header.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
      header.compressionMethod === entry.compressionMethod &&
      (isFollowed || (sizes[0] === entry.compressedSize && sizes[1] === entry.uncompressedSize));
    if (!isSame) throw odd('a header that contradicts the directory');
    end = header.fileDataStart + entry.compressedSize;
    wasFollowed = isFollowed;
  }
  const gap = directory - end;
  if (gap !== 0 && !(wasFollowed && DESCRIPTORS.has(gap))) throw odd('bytes behind the files');
}

/** Returns the place at which yauzl reads the directory next. Its types call it a boolean. */
function cursorOf({ readEntryCursor }: ZipFile): number {
  return Number(readEntryCursor);
}

function placeOf({ relativeOffsetOfLocalHeader }: Entry): number {
  return relativeOffsetOfLocalHeader;
}

/** Says that a zip is no pack that can be read. */
export function refused(reason: string, values: LiveResponseError['values'] = {}): LiveResponseError {
  return new LiveResponseError('packRefused', { ...values, reason });
}

function odd(path: string): LiveResponseError {
  return refused('odd', { path });
}

/** Gives yauzl the bytes of a file. Its own readers take a path or a descriptor. */
class PackReader extends RandomAccessReader {
  readonly #bytes: PackBytes;

  constructor(bytes: PackBytes) {
    super();
    this.#bytes = bytes;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#pieces(start, end));
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, read?: number) => void,
  ): void {
    this.#bytes.read(buffer.subarray(offset, offset + length), position).then(
      (read) => {
        callback(null, read);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error('the file cannot be read'));
      },
    );
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end;) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at));
      const read = await this.#bytes.read(piece, at);
      if (read === 0) throw new Error('the file ends early');
      yield piece.subarray(0, read);
      at += read;
    }
  }
}
