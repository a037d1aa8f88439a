import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { refOf, resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { headOfRecord } from '../anchors/anchors.ts';
import {
  ANCHOR_FOLDER,
  MARK_FOLDER,
  namesIn,
  readBounded,
  readRecord,
  RECORD_FOLDER,
  strange,
} from '../record/recordFiles.ts';
import type { ReadFile } from '../record/recordFiles.ts';
import { writerOf } from '../record/recordLine.ts';
import { CASE_FILE, readCase } from './caseFile.ts';
import type { CaseFile } from './caseFile.ts';

/** Notes that are taken, and bytes of one and of all. A larger file is no note that a person wrote. */
const MOST_NOTES = 1000;
const NOTE_BYTES = 2 * 1024 * 1024;
const ALL_NOTES_BYTES = 32 * 1024 * 1024;
/** Folders that are looked through. A case can be the folder of a whole project. */
const MOST_FOLDERS = 2000;
const MOST_CASE_BYTES = 1024 * 1024;
const MOST_ANCHOR_BYTES = 2 * 1024 * 1024;
/** More than a whole record has: a file can have grown since it was read. */
const MOST_RECORD_BYTES = 512 * 1024 * 1024;

const NOTE = /\.(?:md|markdown)$/iu;
const ANCHOR = /^\d{8}T\d{6}Z(?:-\d{1,3})?\.heads(?:\.sig|\.tsr)?$/u;
const OWN_FOLDERS: ReadonlySet<string> = new Set([RECORD_FOLDER, ANCHOR_FOLDER, MARK_FOLDER]);

/** A file of a case. */
export interface CaseBytes {
  /** Path in the case's folder, with `/`. */
  readonly place: string;
  readonly read: () => Promise<Uint8Array>;
}

/** The record of a case. */
export interface RecordParts {
  /** The file of the case, the record and its anchors. Anchors of a later state than the record are not among them. */
  readonly files: readonly CaseBytes[];
  readonly head: string;
  readonly steps: number;
  /** Pseudonyms, and accounts on machines, that it names. */
  readonly writers: readonly string[];
  readonly users: readonly string[];
}

/** Parts of a case that can be handed over. */
export interface CaseParts extends Pick<CaseFile, 'name' | 'number'> {
  /** Undefined if nothing was recorded. */
  readonly record: RecordParts | undefined;
  /** Results that the record names, each once. */
  readonly named: readonly ResultRef[];
  readonly notes: readonly { readonly place: string; readonly bytes: Uint8Array }[];
  /** Notes that were not taken: links, too large, too many, or behind too many folders. */
  readonly refused: number;
}

/**
 * Reads what of a case can be handed over. Reads, and changes nothing: whoever shares the folder can have written any of
 * it.
 *
 * @throws LiveResponseError `fileFailed` if the folder is no case, or has what no case has
 */
export async function readCaseParts(folder: string, signal: AbortSignal): Promise<CaseParts> {
  const { name, number } = await readCase(folder);
  // Before the record: an anchor that is made meanwhile would hold lines that the record here has not.
  const anchors = await namesIn(path.join(folder, ANCHOR_FOLDER));
  const files = await readRecord(folder);
  signal.throwIfAborted();
  const lines = files.flatMap((file) => file.lines.flatMap(({ line }) => line ?? []));
  const named = new Map<string, ResultRef>();
  for (const { results = [] } of lines) {
    for (const result of results) named.set(resultKey(result), refOf(result));
  }
  const record: RecordParts | undefined =
    lines.length === 0
      ? undefined
      : {
          files: recordFiles(folder, files, anchors),
          head: headOfRecord(files),
          steps: lines.length,
          writers: [...new Set(files.flatMap((file) => writerOf(file.name) ?? []))].sort(),
          users: [...new Set(lines.flatMap(({ user }) => user ?? []))].sort(),
        };
  return { name, number, record, named: [...named.values()], ...(await readNotes(folder, signal)) };
}

function recordFiles(folder: string, files: readonly ReadFile[], anchors: readonly string[]): CaseBytes[] {
  const whole = (place: string, most: number): CaseBytes => ({
    place,
    read: () => readBounded(path.join(folder, ...place.split('/')), most),
  });
  return [
    whole(CASE_FILE, MOST_CASE_BYTES),
    ...anchors.filter((name) => ANCHOR.test(name)).map((name) => whole(`${ANCHOR_FOLDER}/${name}`, MOST_ANCHOR_BYTES)),
    ...files.map((file): CaseBytes => {
      const place = `${RECORD_FOLDER}/${file.name}`;
      const length = file.lines.reduce((sum, { bytes }) => sum + bytes, file.torn);
      return {
        place,
        // Steps that were recorded meanwhile are behind the head.
        read: async () => {
          const bytes = await readBounded(path.join(folder, RECORD_FOLDER, file.name), MOST_RECORD_BYTES);
          if (bytes.length < length) throw strange();
          return bytes.subarray(0, length);
        },
      };
    }),
  ];
}

/** Reads the Markdown files of a case. Links are not followed, and hidden folders not looked through. */
async function readNotes(folder: string, signal: AbortSignal): Promise<Pick<CaseParts, 'notes' | 'refused'>> {
  const notes: { readonly place: string; readonly bytes: Uint8Array }[] = [];
  const folders = [''];
  let [left, refused] = [ALL_NOTES_BYTES, 0];
  for (const inside of folders) {
    signal.throwIfAborted();
    const entries = await entriesOf(path.join(folder, inside));
    if (entries === undefined) refused++;
    for (const entry of entries ?? []) {
      const place = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name.startsWith('.') || OWN_FOLDERS.has(place) || entry.name === 'node_modules') continue;
        if (folders.length < MOST_FOLDERS) folders.push(place);
        else refused++;
      } else if (NOTE.test(entry.name)) {
        const isTaken = entry.isFile() && notes.length < MOST_NOTES;
        const most = Math.min(left, NOTE_BYTES);
        const bytes = isTaken ? await readBounded(path.join(folder, place), most).catch(() => undefined) : undefined;
        if (bytes === undefined) refused++;
        else {
          left -= bytes.length;
          notes.push({ place, bytes });
        }
      }
    }
  }
  return { notes, refused };
}

/** Returns what is in a folder, by name; undefined if it cannot be read. */
async function entriesOf(folder: string): Promise<readonly Dirent[] | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  return entries?.sort((one, other) => (one.name < other.name ? -1 : 1));
}
