import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, accessSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { ownAddressesOf } from '../connections/connection.ts';
import { asWhole, readPolicy } from './readPolicy.ts';
import type { PolicyProblem, ReadPolicy } from './readPolicy.ts';

/** Facts of a file or a folder. */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Owner's user ID; 0 on Windows. */
  readonly uid: number;
  readonly mode: number;
}

/** Calls to the file system. They throw the system's errors. */
export interface PolicyDisk {
  /** Returns the facts of a path itself: a link is not followed. */
  readonly facts: (path: string) => FileFacts;
  /** Whether this process could write to a file or a folder. Changes nothing. */
  readonly canWrite: (path: string) => boolean;
  /** Reads at most so many bytes of a file, and the facts of the file that was read. Does not follow a link. */
  readonly read: (path: string, most: number) => { readonly bytes: Uint8Array; readonly facts: FileFacts };
}

/** Place of the file, with everything that decides whether it can be trusted. */
export interface PolicyPlace {
  readonly path: string;
  /** Folders above the file that nobody but an administrator may write to, from the root. */
  readonly folders: readonly string[];
  /** Whether the owner and the rights can be checked. On Windows, Node.js does not know them. */
  readonly hasOwners: boolean;
  /** User ID of this process; 0 for an administrator. */
  readonly userId: number;
}

/** File as it was found. */
export interface FoundPolicy extends ReadPolicy {
  readonly path: string;
  /** `refused`: for each key, the strictest of default, setting and file holds. */
  readonly state: 'none' | 'read' | 'refused';
  /** Whether others may have written the file. */
  readonly isForeign: boolean;
}

/** Largest file that is read, in bytes. A hundred connections take half of it. */
const MOST_BYTES = 64 * 1024;

/** Others than the owner may write: the bits of group and others. */
const OTHERS_WRITE = 0o022;

/**
 * Returns the place of the file. No variable of the environment, no setting and no workspace takes part in it: a user
 * could set them.
 */
export function policyPlace(platform: NodeJS.Platform, userId: number): PolicyPlace {
  switch (platform) {
    case 'win32': {
      const folder = String.raw`C:\ProgramData\LiveResponseResults`;
      return { path: `${folder}\\policy.json`, folders: [folder], hasOwners: false, userId };
    }
    case 'darwin':
      return posixPlace(['', 'Library', 'Application Support', 'LiveResponseResults'], userId);
    default:
      return posixPlace(['', 'etc', 'live-response-results'], userId);
  }
}

function posixPlace(parts: readonly string[], userId: number): PolicyPlace {
  const folders = parts.map((_, at) => parts.slice(0, at + 1).join('/') || '/');
  return { path: `${parts.join('/')}/policy.json`, folders, hasOwners: true, userId };
}

/** Reads the file, once, before anything reads a setting. Without a file, this is one call to the system. */
export function findPolicy(place: PolicyPlace, disk: PolicyDisk = systemDisk): FoundPolicy {
  const { path } = place;
  let facts: FileFacts;
  try {
    facts = disk.facts(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      return { path, state: 'none', isForeign: false, values: {}, unreadable: [], problems: [] };
    return refused(path, asWhole('unreadable', systemCode(error)), []);
  }
  const rights = [...place.folders, path].flatMap((one) => checkRights(one, place, disk) ?? []);
  if (facts.kind !== 'file') return refused(path, asWhole(facts.kind === 'link' ? 'link' : 'unreadable', path), rights);
  try {
    const read = disk.read(path, MOST_BYTES + 1);
    const ofRead = rights.length > 0 ? undefined : judge(path, read.facts, place);
    const contents = read.bytes.length > MOST_BYTES ? asWhole('tooLarge', path) : readPolicy(read.bytes);
    const given = place.hasOwners ? contents : withoutOwnAddresses(contents);
    const all = [...rights, ...(ofRead ?? [])];
    if (all.length + given.problems.length > 0) return refused(path, given, all);
    return { ...given, path, state: 'read', isForeign: false };
  } catch (error) {
    return refused(path, asWhole('unreadable', systemCode(error)), rights);
  }
}

function refused(path: string, contents: ReadPolicy, rights: readonly PolicyProblem[]): FoundPolicy {
  const problems = [...rights, ...contents.problems];
  return { ...contents, problems, path, state: 'refused', isForeign: rights.length > 0 };
}

function checkRights(path: string, place: PolicyPlace, disk: PolicyDisk): readonly PolicyProblem[] | undefined {
  try {
    const problems = judge(path, disk.facts(path), place);
    if (problems !== undefined) return problems;
    // Finds rights that the mode does not show, such as those of access control lists. An administrator can always write.
    return place.userId !== 0 && disk.canWrite(path) ? [{ kind: 'writable', name: path }] : undefined;
  } catch (error) {
    return [{ kind: 'unreadable', name: `${path} (${systemCode(error)})` }];
  }
}

function judge(path: string, facts: FileFacts, { hasOwners }: PolicyPlace): readonly PolicyProblem[] | undefined {
  if (facts.kind === 'link') return [{ kind: 'link', name: path }];
  if (!hasOwners) return undefined;
  if (facts.uid !== 0) return [{ kind: 'owner', name: path }];
  return (facts.mode & OTHERS_WRITE) === 0 ? undefined : [{ kind: 'writable', name: path }];
}

/**
 * Takes out connections with addresses of their own. Where the owner of a file is not known, another user of the machine
 * may have written it, and must not choose where somebody signs in.
 */
function withoutOwnAddresses(contents: ReadPolicy): ReadPolicy {
  const { connections = [] } = contents.values;
  const kept = connections.filter((connection) => !ownAddressesOf(connection).some(([field]) => field !== 'region'));
  if (kept.length === connections.length) return contents;
  return {
    ...contents,
    values: { ...contents.values, connections: kept },
    problems: [...contents.problems, { kind: 'ownAddresses', name: 'connections' }],
  };
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** The file system of this machine. */
export const systemDisk: PolicyDisk = {
  facts: (path) => factsOf(lstatSync(path)),
  canWrite: (path) => {
    try {
      // Windows knows no right to write in an answer to access(). A file is opened for writing instead, and not written.
      if (process.platform === 'win32') {
        if (lstatSync(path).isFile()) closeSync(openSync(path, 'r+'));
        else return false;
      } else accessSync(path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  },
  read: (path, most) => {
    // Windows has neither flag. O_NONBLOCK: a pipe that took the file's place must not stop the start.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
    const file = openSync(path, (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK);
    try {
      const bytes = new Uint8Array(most);
      let length = 0;
      for (;;) {
        const count = readSync(file, bytes, length, most - length, null);
        length += count;
        if (count === 0 || length === most) break;
      }
      return { bytes: bytes.subarray(0, length), facts: factsOf(fstatSync(file)) };
    } finally {
      closeSync(file);
    }
  },
};

function factsOf(stats: Stats): FileFacts {
  const kind = stats.isSymbolicLink() ? 'link' : stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  return { kind, uid: stats.uid, mode: stats.mode };
}
