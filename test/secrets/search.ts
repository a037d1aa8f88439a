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
      if (holdsSecret(text, marks) || holdsSecret(text.replaceAll('\0', ''), marks)) leaks.push(name);
    }
  }
  return { files, leaks };
}

function marksOf(secrets: readonly string[]): ReadonlySet<string> {
  const short = secrets.filter((secret) => secret.length < MARK_LENGTH).length;
  if (short > 0) throw new Error(`${short} secrets are too short to be searched for.`);
  return new Set(
    secrets.flatMap((secret) => [secret, encodeURIComponent(secret)].map((form) => form.slice(-MARK_LENGTH))),
  );
}

function holdsSecret(text: string, marks: ReadonlySet<string>): boolean {
  if (PATTERNS.some((pattern) => pattern.test(text))) return true;
  if (marks.size === 0) return false;
  for (const [run] of text.matchAll(RUNS)) {
    for (let at = 0; at + MARK_LENGTH <= run.length; at++) {
      if (marks.has(run.slice(at, at + MARK_LENGTH))) return true;
    }
  }
  return false;
}
