import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Patterns that no file may contain: a signed link's signature, and anything that looks like a token. */
const PATTERNS = [/[?&]sig=[\w%+/]{8}/u, /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/u];

/** Length of a secret's end that is enough to recognize it. The beginnings of tokens are all alike. */
const MARK_LENGTH = 20;
/** The characters of a secret, either plain or encoded in an address. */
const RUNS = /[\w+/=%.~-]{20,}/gu;

/** The result of a search. */
export interface Search {
  readonly files: number;
  /** Names of the files with a secret, relative to the searched folder. */
  readonly leaks: readonly string[];
}

/** Returns the files below the folders that hold a secret: databases, logs, settings, states, anything. */
export async function filesWithSecrets(folders: readonly string[]): Promise<readonly string[]> {
  return (await searchFolders(folders, [])).leaks;
}

/**
 * Searches every file below the folders.
 * @param secrets - values to search for besides anything that looks like a secret, each of at least 20 characters
 */
export async function searchFolders(folders: readonly string[], secrets: readonly string[]): Promise<Search> {
  const marks = marksOf(secrets);
  const leaks: string[] = [];
  let files = 0;
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      const file = path.join(folder, name);
      // Sockets, and files that disappear during the search, do not matter.
      const facts = await stat(file).catch(() => undefined);
      if (facts?.isFile() !== true) continue;
      const text = await readFile(file, 'latin1').catch(() => '');
      files++;
      // The plain bytes, and the bytes without the NULs of UTF-16.
      const forms = text.includes('\0') ? [text, text.replaceAll('\0', '')] : [text];
      if (forms.some((form) => holdsSecret(form, marks))) leaks.push(name);
    }
  }
  return { files, leaks };
}

interface Marks {
  readonly all: ReadonlySet<string>;
  /** 1 at the key of each mark's last three characters: without a look at this, each place in a file would be copied. */
  readonly ends: Uint8Array;
}

function marksOf(secrets: readonly string[]): Marks {
  const short = secrets.filter((secret) => secret.length < MARK_LENGTH).length;
  if (short > 0) throw new Error(`${short} secrets are too short to be searched for.`);
  const all = new Set(
    secrets.flatMap((secret) => [secret, encodeURIComponent(secret)].map((form) => form.slice(-MARK_LENGTH))),
  );
  const ends = new Uint8Array(1 << 21);
  for (const mark of all) ends[endKey(mark, MARK_LENGTH)] = 1;
  return { all, ends };
}

/** Returns a key for the three characters before a place; a secret has seven bits a character. */
function endKey(text: string, at: number): number {
  return (
    ((text.charCodeAt(at - 3) & 127) << 14) | ((text.charCodeAt(at - 2) & 127) << 7) | (text.charCodeAt(at - 1) & 127)
  );
}

function holdsSecret(text: string, { all, ends }: Marks): boolean {
  if (PATTERNS.some((pattern) => pattern.test(text))) return true;
  if (all.size === 0) return false;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    for (let end = index + MARK_LENGTH; end <= index + run.length; end++) {
      if (ends[endKey(text, end)] === 1 && all.has(text.slice(end - MARK_LENGTH, end))) return true;
    }
  }
  return false;
}
