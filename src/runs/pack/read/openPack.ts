import { open } from 'node:fs/promises';
import { hashBytes } from '../../../base/hashText.ts';
import { MOST_PACK_FILES } from '../packLimits.ts';
import { checkPack, unpackResult } from './checkPack.ts';
import type { CheckedPack, PackCheckOptions } from './checkPack.ts';
import type { PackRow } from './packRow.ts';
import { PackZip, refused } from './zipReader.ts';
import type { PackBytes, PackLimits } from './zipReader.ts';

/*
 * Entry point of a bundle of its own: it is loaded when someone opens a pack.
 */

const MIB = 1024 * 1024;

/** A window holds all results of a pack in memory, beside what else is open in it. */
export const PACK_LIMITS: PackLimits = {
  zip: 256 * MIB,
  files: 512 * MIB,
  // Facts as objects take several times as much.
  facts: 64 * MIB,
  results: 256 * MIB,
  result: 64 * MIB,
  entries: MOST_PACK_FILES,
};

/** A pack that was checked. */
export interface ReadPack extends CheckedPack {
  /** Reads a result and its facts file again, and checks its hash again; the file may have been replaced. */
  readonly result: (row: PackRow) => Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly facts: string }>;
}

export interface PackOptions extends PackCheckOptions {
  readonly limits?: PackLimits;
}

/**
 * Opens a pack: reads its directory, checks it, and hands it to `use` while the file is open.
 *
 * @param source - the path of the file, or its bytes
 * @throws LiveResponseError `packRefused` for what is no pack, or exceeds a limit
 */
export async function openPack<Answer>(
  source: string | Uint8Array,
  { limits = PACK_LIMITS, ...options }: PackOptions,
  use: (pack: ReadPack) => Promise<Answer>,
): Promise<Answer> {
  if (typeof source !== 'string') return usePack(ofBytes(source));
  const file = await open(source, 'r');
  try {
    const { size } = await file.stat();
    return await usePack({
      size,
      read: async (target, position) => (await file.read(target, 0, target.length, position)).bytesRead,
    });
  } finally {
    await file.close();
  }

  async function usePack(bytes: PackBytes): Promise<Answer> {
    const zip = await PackZip.open(bytes, limits);
    if (!zip.names.includes('tagmanifest-sha256.txt') && !zip.names.includes('bagit.txt')) throw refused('noPack');
    const checked = await checkPack(zip, limits, options);
    return use({ ...checked, result: (row) => readResult(zip, row, checked.hashes, options.signal) });
  }
}

async function readResult(
  zip: PackZip,
  { file = '', sha256, bytes: size = -1 }: PackRow,
  hashes: CheckedPack['hashes'],
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; facts: string }> {
  signal.throwIfAborted();
  const readAgain = (name: string): Promise<Buffer> =>
    readAll(zip, name).catch(() => {
      // The check has read it without a fault.
      throw refused('replaced');
    });
  const bytes = await unpackResult(await readAgain(file), size);
  const name = `${file}.facts.json`;
  const facts = await readAgain(name);
  if (bytes === undefined || hashBytes(bytes) !== sha256 || hashBytes(facts) !== hashes.get(name))
    throw refused('replaced');
  return { bytes, facts: facts.toString('utf8') };
}

async function readAll(zip: PackZip, name: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of zip.pieces(name)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function ofBytes(bytes: Uint8Array): PackBytes {
  return {
    size: bytes.length,
    read: (target, position) => {
      const piece = bytes.subarray(position, position + target.length);
      target.set(piece);
      return Promise.resolve(piece.length);
    },
  };
}
