import { createHash } from 'node:crypto';
import path from 'node:path';
import { LiveResponseError } from '../../base/errors.ts';
import {
  ANCHOR_FOLDER,
  asFileFailed,
  headsText,
  makeFolder,
  namesIn,
  readBounded,
  syncFolder,
  writeNew,
} from '../record/recordFiles.ts';
import type { ReadFile } from '../record/recordFiles.ts';
import { differs, filesByName } from '../record/verifyRecord.ts';
import type { Fault } from '../record/verifyRecord.ts';

const NAME = /^\d{8}T\d{6}Z(?:-\d{1,3})?\.heads$/u;
const MAX_BYTES = 2 * 1024 * 1024;
/** Anchors that are looked at, the newest ones. */
const MAX_ANCHORS = 200;

/** A head of the record that was written down: the ends of all its files. */
export interface Anchor {
  /** Name of the file, below {@link ANCHOR_FOLDER}. */
  readonly name: string;
  /** SHA-256 of its text: the head. */
  readonly head: string;
  readonly faults: readonly Fault[];
  /** Latest time that the last line of a file in it claims. */
  readonly until: string | undefined;
  /** Lines of the record that it does not hold. */
  readonly behind: number;
  /** Names of what confirms it, below {@link ANCHOR_FOLDER}. */
  readonly signature: string | undefined;
  readonly stamp: string | undefined;
}

/** Returns the head of a record: SHA-256 of the ends of its files. */
export function headOfRecord(files: readonly ReadFile[]): string {
  return hash(Buffer.from(headsText(files)));
}

/** Returns the head of a record that has one. @throws LiveResponseError `fileFailed` if nothing is recorded */
export function headToAnchor(files: readonly ReadFile[]): string {
  if (headsText(files) === '') throw new LiveResponseError('fileFailed', { reason: 'nothingRecorded' });
  return headOfRecord(files);
}

/**
 * Writes the head of a record down, so that it can be signed, stamped or printed.
 *
 * @param stamp - time stamp of this head, which is written beside it
 * @returns path of the file, and the head
 * @throws LiveResponseError `fileFailed`; also if nothing is recorded
 */
export async function writeHeads(
  folder: string,
  files: readonly ReadFile[],
  now: number,
  stamp?: Uint8Array,
): Promise<{ readonly file: string; readonly head: string }> {
  const head = headToAnchor(files);
  const anchors = path.join(folder, ANCHOR_FOLDER);
  const time = new Date(now).toISOString().replace(/\.\d+/u, '').replaceAll(/[-:]/gu, '');
  try {
    await makeFolder(anchors);
    const taken = await namesIn(anchors);
    let name = `${time}.heads`;
    // A signature or a stamp that is there without its head belongs to another one.
    for (let next = 2; taken.some((one) => one.startsWith(name)); next++) name = `${time}-${next}.heads`;
    const file = path.join(anchors, name);
    await writeNew(file, Buffer.from(headsText(files)));
    if (stamp !== undefined) await writeNew(`${file}.tsr`, stamp);
    await syncFolder(anchors);
    return { file, head };
  } catch (error) {
    throw asFileFailed(error);
  }
}

/**
 * Reads the newest anchors of a case, and compares each with the record.
 *
 * @returns the anchors, and the number of older ones that were not read
 * @throws LiveResponseError `fileFailed`
 */
export async function readAnchors(
  folder: string,
  files: readonly ReadFile[],
): Promise<{ readonly anchors: readonly Anchor[]; readonly older: number }> {
  const anchors = path.join(folder, ANCHOR_FOLDER);
  const names = await namesIn(anchors);
  const there = new Set(names);
  const found: Anchor[] = [];
  const byName = filesByName(files);
  const total = files.reduce((sum, { lines }) => sum + lines.length, 0);
  const all = names.filter((one) => NAME.test(one));
  for (const name of all.slice(-MAX_ANCHORS)) {
    const held = new Map<string, number>();
    const bytes = await readBounded(path.join(anchors, name), MAX_BYTES);
    const beside = (ending: string): string | undefined => (there.has(name + ending) ? name + ending : undefined);
    found.push({
      name,
      head: hash(bytes),
      faults: compareHeads(name, bytes.toString('utf8'), byName, held),
      ...coverOf(held, byName, total),
      signature: beside('.sig'),
      stamp: beside('.tsr'),
    });
  }
  return { anchors: found, older: all.length - found.length };
}

/** Returns the latest time that a last line claims, and how many lines the anchor does not hold. */
function coverOf(
  held: ReadonlyMap<string, number>,
  files: ReadonlyMap<string, ReadFile>,
  total: number,
): Pick<Anchor, 'until' | 'behind'> {
  let until: string | undefined;
  let behind = total;
  for (const [name, count] of held) {
    const lines = files.get(name)?.lines ?? [];
    behind -= Math.min(count, lines.length);
    const at = lines[count - 1]?.line?.at;
    if (at !== undefined && (until === undefined || at > until)) until = at;
  }
  return { until, behind };
}

function compareHeads(
  anchor: string,
  text: string,
  files: ReadonlyMap<string, ReadFile>,
  held: Map<string, number>,
): Fault[] {
  const lines = text.split('\n');
  const isWhole = lines.pop() === '' && lines.length > 0;
  const faults: Fault[] = isWhole ? [] : [{ kind: 'anchor', file: anchor }];
  for (const line of lines) {
    const [, sha256, count, name] = /^([\da-f]{64}) {2}([1-9]\d{0,9}) {2}(\S+)$/u.exec(line) ?? [];
    if (sha256 === undefined || name === undefined) {
      faults.push({ kind: 'anchor', file: anchor });
      continue;
    }
    held.set(name, Number(count));
    const kind = differs(files, name, Number(count), sha256);
    if (kind !== undefined) faults.push({ kind, file: name });
  }
  return faults;
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
