import { PackMarkReader } from '../../../../src/case/marks/packMarks.ts';
import { openPack, PACK_LIMITS } from '../../../../src/runs/pack/read/openPack.ts';
import type { ReadPack } from '../../../../src/runs/pack/read/openPack.ts';
import { PackZip } from '../../../../src/runs/pack/read/zipReader.ts';
import type { PackLimits } from '../../../../src/runs/pack/read/zipReader.ts';

/** A pack as the reader gives it, with its results unless something differs. */
export interface Read extends Pick<ReadPack, 'differences' | 'rows' | 'seal' | 'tenant'> {
  readonly results: readonly Uint8Array[];
}

/** Opens a pack, and reads its results. */
export function read(source: string | Uint8Array, seal?: string, limits?: Partial<PackLimits>): Promise<Read> {
  const reader = new PackMarkReader();
  const options = {
    seal,
    signal: new AbortController().signal,
    limits: { ...PACK_LIMITS, ...limits },
    readMarks: (name: string, bytes: Buffer) => reader.read(name, bytes),
  };
  return openPack(source, options, async ({ differences, rows, seal: own, tenant, result }) => {
    const results: Uint8Array[] = [];
    if (differences.length === 0)
      for (const row of rows) if (row.file !== undefined) results.push((await result(row)).bytes);
    return { differences, rows, seal: own, tenant, results };
  });
}

/** Returns the files of a pack. */
export async function filesOf(zip: Buffer): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const bytes = {
    size: zip.length,
    read: (target: Uint8Array, at: number) => Promise.resolve(zip.copy(target, 0, at)),
  };
  const opened = await PackZip.open(bytes, PACK_LIMITS);
  for (const name of opened.names) {
    const pieces: Buffer[] = [];
    for await (const piece of opened.pieces(name)) pieces.push(piece);
    found.set(name, Buffer.concat(pieces));
  }
  return found;
}
