import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { makeNameVisible } from '../../evidence/text/visible.ts';
import type { PackFile } from './packFiles.ts';

/*
 * Entry point of a bundle of its own: the library is loaded when someone hands a run over.
 */

/** Texts at the head of a pack. */
export interface PackHead {
  /** Lines of `bag-info.txt` (RFC 8493, section 2.2.2), without the size. */
  readonly info: readonly (readonly [label: string, value: string])[];
  readonly readme: string;
}

/** Size of a pack, and the hash by which others recognize it. */
export interface PackSeal {
  readonly files: number;
  /** Bytes of the payload. */
  readonly bytes: number;
  /** SHA-256 of `tagmanifest-sha256.txt`, which holds the hash of everything else. */
  readonly seal: string;
}

/**
 * Returns what all entries have in common. The time is a constant near the first one that a zip can hold, as the clock of
 * any time zone shows it. So the same content gives the same bytes.
 */
function entryOptions(): { readonly mtime: Date; readonly forceDosTimestamp: true; readonly mode: number } {
  return { mtime: new Date(1980, 1, 1), forceDosTimestamp: true, mode: 0o100600 };
}

/**
 * Writes a pack: a zip with a BagIt 1.0 bag (RFC 8493). The payload is written first, then the manifests, which hold its
 * hashes. The same files give the same bytes.
 *
 * @param append - receives the bytes of the zip, piece by piece
 * @param onFile - called after each file of the payload
 * @throws the errors of `append`, and of the files' contents
 */
export async function writePack(
  files: Iterable<PackFile>,
  head: PackHead,
  append: (bytes: Uint8Array) => Promise<void>,
  onFile: () => void = () => undefined,
): Promise<PackSeal> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const writing = (async () => {
    for await (const chunk of output) await append(chunk as Uint8Array);
  })();
  const ended = writing.catch(() => undefined);
  try {
    return await addAll(zip, files, head, onFile, writing);
  } catch (error) {
    output.destroy();
    throw error;
  } finally {
    await ended;
  }
}

async function addAll(
  zip: ZipFile,
  files: Iterable<PackFile>,
  head: PackHead,
  onFile: () => void,
  writing: Promise<void>,
): Promise<PackSeal> {
  const add = async (path: string, isText: boolean, content: Uint8Array | Readable): Promise<Entry> =>
    addEntry(zip, { path, isText, content }, writing);
  const payload: Entry[] = [];
  for (const { path, isText, read } of files) {
    payload.push(await add(path, isText, await read()));
    onFile();
  }
  const bytes = payload.reduce((sum, entry) => sum + entry.bytes, 0);
  const info = [...head.info, ['Payload-Oxum', `${bytes.toString()}.${payload.length.toString()}`] as const];
  const tags: Entry[] = [];
  for (const [path, text] of [
    ['README.txt', head.readme],
    ['bag-info.txt', info.map(([label, value]) => `${label}: ${oneLine(value)}\n`).join('')],
    ['bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'],
    ['manifest-sha256.txt', manifestOf(payload)],
  ] as const)
    tags.push(await add(path, true, Buffer.from(text)));
  const last = await add('tagmanifest-sha256.txt', true, Buffer.from(manifestOf(tags)));
  zip.end();
  await writing;
  return { files: payload.length, bytes, seal: last.sha256 };
}

interface Entry {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Adds a file, and waits until the zip has read it. */
async function addEntry(
  zip: ZipFile,
  { path, isText, content }: Pick<PackFile, 'path' | 'isText'> & { readonly content: Uint8Array | Readable },
  writing: Promise<void>,
): Promise<Entry> {
  const hash = createHash('sha256');
  let bytes = 0;
  const source = content instanceof Readable ? content : Readable.from([content]);
  const passed = new PassThrough();
  passed.on('data', (chunk: Uint8Array) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  passed.pause();
  zip.addReadStream(passed, path, { ...entryOptions(), compress: isText });
  const ended = once(passed, 'end');
  // If the disk is full, nobody reads any more: the source is closed instead of waiting for ever.
  const stop = new AbortController();
  const stopped = writing.finally(() => {
    stop.abort();
  });
  await Promise.race([Promise.all([pipeline(source, passed, { signal: stop.signal }), ended]), stopped]);
  return { path, sha256: hash.digest('hex'), bytes };
}

function manifestOf(entries: readonly Entry[]): string {
  return entries
    .toSorted((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join('');
}

/** Writes a value on one line: a name of a tenant must not begin another label. */
function oneLine(value: string): string {
  return makeNameVisible(value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()).text;
}
