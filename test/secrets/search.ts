import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** What must be in no file: a signed link's signature, and anything that looks like a token. */
const PATTERNS = [/[?&]sig=[\w%+/]{8}/u, /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/u];

/** So much of a secret's end tells it from everything else; a token begins like every other. */
const MARK_LENGTH = 20;
/** The letters that secrets are written with, as they are or in an address. */
const RUNS = /[\w+/=%.~-]{20,}/gu;

/** What a search found. */
export interface Search {
  readonly files: number;
  /** Names of the files that hold a secret, below the folder that was searched. */
  readonly leaks: readonly string[];
}

/** Files below the folders that hold a secret: databases, logs, settings, states, whatever is there. */
export async function filesWithSecrets(folders: readonly string[]): Promise<readonly string[]> {
  return (await searchFolders(folders, [])).leaks;
}

/**
 * Searches every file below the folders.
 * @param secrets - values that are looked for besides what looks like a secret, each of at least 20 characters
 */
export async function searchFolders(folders: readonly string[], secrets: readonly string[]): Promise<Search> {
  const marks = marksOf(secrets);
  const leaks: string[] = [];
  let files = 0;
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      const file = path.join(folder, name);
      // Sockets and files that go while one looks are none of ours.
      const facts = await stat(file).catch(() => undefined);
      if (facts?.isFile() !== true) continue;
      const text = await readFile(file, 'latin1').catch(() => '');
      files++;
      // Once as it is, once as UTF-16.
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
