import { Policy } from '../../../src/policy/policy.ts';
import { findPolicy, policyPlace } from '../../../src/policy/policyFile.ts';
import type { FileFacts, PolicyDisk } from '../../../src/policy/policyFile.ts';

/** User ID of a person who is no administrator. */
export const USER = 1000;
export const PLACE = policyPlace('linux', USER);

/** Error of the file system. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Disk with one policy file and the folders above it, all of them in order unless something else is given. */
export interface DiskOptions {
  readonly text?: string | Uint8Array;
  /** Facts that differ, by path. */
  readonly facts?: Readonly<Record<string, Partial<FileFacts>>>;
  /** Paths that an access control list lets the user write to. */
  readonly writable?: readonly string[];
  /** Error of each call about the file. */
  readonly error?: string;
  /** Error of reading alone. */
  readonly readError?: string;
}

export function diskOf({ text = '{}', facts = {}, writable = [], error, readError }: DiskOptions): PolicyDisk {
  const factsOf = (path: string): FileFacts => ({
    kind: path.endsWith('policy.json') ? 'file' : 'folder',
    uid: 0,
    mode: path.endsWith('policy.json') ? 0o100644 : 0o40755,
    ...facts[path],
  });
  return {
    facts: (path) => {
      if (error !== undefined && path.endsWith('policy.json')) throw systemError(error);
      return factsOf(path);
    },
    canWrite: (path) => writable.includes(path),
    read: (path, most) => {
      if (readError !== undefined) throw systemError(readError);
      const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
      return { bytes: bytes.subarray(0, most), facts: factsOf(path) };
    },
  };
}

/** Policy of a machine whose administrator wrote these values. */
export function policyOf(values: object, options: Omit<DiskOptions, 'text'> = {}): Policy {
  return new Policy(findPolicy(PLACE, diskOf({ ...options, text: JSON.stringify(values) })));
}

/** Options of a disk on which the user can write to the file. */
export const WRITABLE: DiskOptions = { facts: { [PLACE.path]: { mode: 0o100666 } } };
