import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isResultRef, refOf, resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { headOfRecord } from '../anchors/anchors.ts';
import { ANCHOR_FOLDER, namesIn, readBounded, readRecord, RECORD_FOLDER, strange } from '../record/recordFiles.ts';
import type { ReadFile } from '../record/recordFiles.ts';
import { hashLine, writerOf } from '../record/recordLine.ts';
import { CASE_FILE, readCase } from './caseFile.ts';
import { readNotes } from './caseNotes.ts';
import type { CaseNotes } from './caseNotes.ts';

const MOST_CASE_BYTES = 1024 * 1024;
const MOST_ANCHOR_BYTES = 2 * 1024 * 1024;
/** More than a whole record has: a file can have grown since it was read. */
const MOST_RECORD_BYTES = 512 * 1024 * 1024;
/** Results that are looked at. Whoever shares the folder can name millions. */
const MOST_NAMED = 100_000;

const ANCHOR = /^\d{8}T\d{6}Z(?:-\d{1,3})?\.heads(?:\.sig|\.tsr)?$/u;

/** A file of a case. */
export interface CaseBytes {
  /** Path in the case's folder, with `/`. */
  readonly place: string;
  readonly read: () => Promise<Uint8Array>;
}

/** The record of a case. */
export interface RecordParts {
  /** The file of the case, its anchors, and the record up to the head. */
  readonly files: readonly CaseBytes[];
  readonly head: string;
  readonly bytes: number;
  readonly steps: number;
  /** Lines that say nothing that a record says. They are in it, too. */
  readonly unreadable: number;
  /** Pseudonyms, and accounts on machines, that it names. */
  readonly writers: readonly string[];
  readonly users: readonly string[];
}

/** Parts of a case that can be handed over. `refused` counts anchors, a record and names of results, too. */
export interface CaseParts extends CaseNotes {
  readonly id: string;
  readonly name: string;
  readonly number: string;
  /** Undefined if nothing was recorded, or if it is not a record. */
  readonly record: RecordParts | undefined;
  /** Results that the record names, each once. */
  readonly named: readonly ResultRef[];
}

/**
 * Reads what of a case can be handed over. Reads, and changes nothing: whoever shares the folder can have written any of
 * it.
 *
 * @throws LiveResponseError `fileFailed` if the folder is no case
 */
export async function readCaseParts(folder: string, signal: AbortSignal): Promise<CaseParts> {
  const { id, name, number } = await readCase(folder);
  // Kept as it is now: it says to which case the record belongs.
  const caseFile = await readBounded(path.join(folder, CASE_FILE), MOST_CASE_BYTES);
  // Before the record: an anchor that is made meanwhile would hold lines that the record here has not.
  const anchors = await anchorsOf(folder);
  const { notes, refused } = await readNotes(folder, signal);
  // The results are there also if the record is damaged.
  const files = await readRecord(folder).catch(() => undefined);
  signal.throwIfAborted();
  const lines = (files ?? []).flatMap((file) => file.lines);
  const read = lines.flatMap(({ line }) => line ?? []);
  const named = new Map<string, ResultRef>();
  let unread = files === undefined ? 1 : 0;
  for (const result of read.flatMap(({ results = [] }) => results)) {
    if (isResultRef(result) && named.size < MOST_NAMED) named.set(resultKey(result), refOf(result));
    else unread++;
  }
  const record: RecordParts | undefined =
    files === undefined || read.length === 0
      ? undefined
      : {
          files: [
            { place: CASE_FILE, read: () => Promise.resolve(caseFile) },
            ...anchors.taken,
            ...files.map((file) => recordFile(folder, file)),
          ],
          head: headOfRecord(files),
          bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0),
          steps: read.length,
          unreadable: lines.length - read.length + files.filter(({ torn }) => torn > 0).length,
          writers: [...new Set(files.flatMap((file) => writerOf(file.name) ?? []))],
          users: [...new Set(read.flatMap(({ user }) => user ?? []))],
        };
  return {
    ...{ id, name, number, record, notes },
    named: [...named.values()],
    refused: refused + anchors.refused + unread,
  };
}

async function anchorsOf(folder: string): Promise<{ readonly taken: readonly CaseBytes[]; readonly refused: number }> {
  const names = (await namesIn(path.join(folder, ANCHOR_FOLDER))).filter((name) => ANCHOR.test(name));
  const taken: CaseBytes[] = [];
  for (const name of names) {
    const file = path.join(folder, ANCHOR_FOLDER, name);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isFile() !== true || found.size > MOST_ANCHOR_BYTES) continue;
    taken.push({ place: `${ANCHOR_FOLDER}/${name}`, read: () => readBounded(file, MOST_ANCHOR_BYTES) });
  }
  return { taken, refused: names.length - taken.length };
}

/** Returns a file of the record as it was read: steps that were recorded since then are behind the head. */
function recordFile(folder: string, { name, lines, torn }: ReadFile): CaseBytes {
  const place = `${RECORD_FOLDER}/${name}`;
  const read = async (): Promise<Uint8Array> => {
    const bytes = await readBounded(path.join(folder, RECORD_FOLDER, name), MOST_RECORD_BYTES);
    let at = 0;
    for (const line of lines) {
      if (hashLine(bytes.subarray(at, at + line.bytes)) !== line.hash) throw strange();
      at += line.bytes;
    }
    if (bytes.length < at + torn) throw strange();
    return bytes.subarray(0, at + torn);
  };
  return { place, read };
}
