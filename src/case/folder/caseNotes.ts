import { constants } from 'node:fs';
import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ANCHOR_FOLDER, MARK_FOLDER, RECORD_FOLDER } from '../record/recordFiles.ts';

/** Notes that are read, and bytes of one and of all. A larger file is no note that a person wrote. */
const MOST_NOTES = 1000;
const NOTE_BYTES = 1024 * 1024;
const ALL_BYTES = 32 * 1024 * 1024;
/** Folders that are looked through. A case can be the folder of a whole project. */
const MOST_FOLDERS = 2000;

const NOTE = /\.(?:md|markdown)$/iu;
const OWN_FOLDERS: ReadonlySet<string> = new Set([RECORD_FOLDER, ANCHOR_FOLDER, MARK_FOLDER]);

// Windows has neither. A pipe that takes the place of a file would wait for ever.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const READ = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** A note as it was saved. */
export interface CaseNote {
  /** Path in the case's folder, with `/`. */
  readonly place: string;
  readonly bytes: Uint8Array;
}

/** Notes of a case. */
export interface CaseNotes {
  readonly notes: readonly CaseNote[];
  /** Files and folders that were not read: links, too large, too many, or unreadable. */
  readonly refused: number;
}

/**
 * Reads the Markdown files of a case. Does not look through hidden folders, and follows no link, also not one that takes
 * the place of a folder meanwhile.
 */
export async function readNotes(folder: string, signal: AbortSignal): Promise<CaseNotes> {
  const root = await realpath(folder);
  const notes: CaseNote[] = [];
  const folders = [''];
  let [left, refused] = [ALL_BYTES, 0];
  for (const inside of folders) {
    const entries = await entriesOf(path.join(root, inside));
    if (entries === undefined) refused++;
    for (const entry of entries ?? []) {
      signal.throwIfAborted();
      const place = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name.startsWith('.') || OWN_FOLDERS.has(place) || entry.name === 'node_modules') continue;
        if (folders.length < MOST_FOLDERS) folders.push(place);
        else refused++;
      } else if (NOTE.test(entry.name)) {
        const isTaken = entry.isFile() && notes.length < MOST_NOTES;
        const bytes = isTaken ? await readNote(path.join(root, place), Math.min(left, NOTE_BYTES)) : undefined;
        if (bytes === undefined) refused++;
        else {
          left -= bytes.length;
          notes.push({ place, bytes });
        }
        await setImmediate();
      }
    }
  }
  return { notes, refused };
}

/** Returns what is in a folder, by name; undefined if it cannot be read, or is behind a link. */
async function entriesOf(folder: string): Promise<readonly Dirent[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    if ((await realpath(folder)) !== folder) return undefined;
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return undefined;
  }
}

/**
 * Reads a note; undefined if it cannot be read, is larger than a note, or is not the file at its place. Whoever can write
 * the folder can put a link in the place of a folder on the way, and take it away again.
 */
async function readNote(file: string, most: number): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(file, READ);
    try {
      const [opened, there] = [await handle.stat({ bigint: true }), await stat(file, { bigint: true })];
      const isThere = opened.ino === there.ino && opened.dev === there.dev && (await realpath(file)) === file;
      return isThere && opened.isFile() && opened.size <= most ? await handle.readFile() : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
