import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

type Unpack = (bytes: Uint8Array) => Buffer;

/** Options that unpack cut data as far as possible. */
const CUT = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 };
const UNPACK: Readonly<Record<string, Unpack>> = {
  gzip: (bytes) => gunzipSync(bytes, CUT),
  zlib: (bytes) => inflateSync(bytes, CUT),
  raw: (bytes) => inflateRawSync(bytes, CUT),
};

/**
 * Searches every file of a folder for words, plain and as UTF-16. Also searches every gzip or zlib stream that begins
 * anywhere in a file, and every value of the databases, unpacked in all ways.
 *
 * @returns each word that was found, and its file
 */
export function searchFolder(folder: string, words: readonly string[]): string[] {
  const found = new Set<string>();
  const look = (where: string, bytes: Buffer): void => {
    for (const word of words) {
      if (bytes.includes(word, 0, 'utf8') || bytes.includes(word, 0, 'utf16le')) found.add(`${where}: ${word}`);
    }
  };
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, file));
    look(file, bytes);
    for (const stream of streamsOf(bytes)) look(`${file} (packed)`, stream);
    if (file.endsWith('.db')) for (const blob of blobsOf(path.join(folder, file))) look(`${file} (row)`, blob);
  }
  return [...found].sort();
}

function* streamsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 2 < bytes.length; at++) {
    const isGzip = bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8;
    const isZlib = bytes[at] === 0x78 && ((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)) % 31 === 0;
    if (isGzip) yield tried('gzip', bytes.subarray(at));
    else if (isZlib) yield tried('zlib', bytes.subarray(at));
  }
}

function* blobsOf(file: string): Generator<Buffer> {
  const database = new DatabaseSync(file);
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
    for (const { name } of tables) {
      for (const row of database.prepare(`SELECT * FROM "${String(name)}"`).all()) {
        for (const value of Object.values(row)) {
          if (typeof value === 'string') yield Buffer.from(value);
          if (!(value instanceof Uint8Array)) continue;
          yield Buffer.from(value);
          for (const way of Object.keys(UNPACK)) yield tried(way, value);
        }
      }
    }
  } finally {
    database.close();
  }
}

function tried(way: string, bytes: Uint8Array): Buffer {
  try {
    return UNPACK[way]?.(bytes) ?? Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
