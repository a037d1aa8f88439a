import { randomUUID } from 'node:crypto';
import { lstat, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isGuid } from '../../base/resultUri.ts';
import {
  ANCHOR_FOLDER,
  asFileFailed,
  MARK_FOLDER,
  readBounded,
  RECORD_FOLDER,
  strange,
  writeNew,
} from '../record/recordFiles.ts';

/** File that makes a folder a case. */
export const CASE_FILE = 'case.json';
const FORMAT = 'live-response-case';
const MAX_BYTES = 1024 * 1024;
const MAX_NAME = 200;

/** Time for which a case is kept. It is stored, so its words never change. */
export type Retention = { readonly kind: 'open' | 'hold' } | { readonly kind: 'delete'; readonly on: string };

/** A case, as its file describes it. Other keys of the file stay as they are. */
export interface CaseFile {
  readonly id: string;
  readonly name: string;
  readonly number: string;
  /** Local time of its start, in UTC. */
  readonly created: string;
  readonly retention: Retention;
}

/** Whether a folder holds a case, or the record or marks of one, or something of these names. */
export async function hasCase(folder: string): Promise<boolean> {
  const names = [CASE_FILE, RECORD_FOLDER, ANCHOR_FOLDER, MARK_FOLDER];
  const found = await Promise.all(names.map((name) => lstat(path.join(folder, name)).catch(() => undefined)));
  return found.some((one) => one !== undefined);
}

/** Makes a folder a case. @throws LiveResponseError `fileFailed` if it is one already */
export async function createCase(
  folder: string,
  { name, number, now }: { readonly name: string; readonly number: string; readonly now: number },
): Promise<CaseFile> {
  if (await hasCase(folder)) throw strange();
  const made: CaseFile = {
    id: randomUUID(),
    ...{ name, number, created: new Date(now).toISOString(), retention: { kind: 'open' } },
  };
  await writeCase(folder, { format: FORMAT, version: 1, ...made });
  return made;
}

/** Reads the case of a folder. @throws LiveResponseError `fileFailed` */
export async function readCase(folder: string): Promise<CaseFile> {
  return toCase(await readObject(folder));
}

/** Writes how long the case is kept, and nothing else. @throws LiveResponseError `fileFailed` */
export async function setRetention(folder: string, retention: Retention): Promise<void> {
  const value = await readObject(folder);
  toCase(value);
  await writeCase(folder, { ...value, retention });
}

async function readObject(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readBounded(path.join(folder, CASE_FILE), MAX_BYTES);
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // It is no JSON.
  }
  throw strange();
}

/** Checks a case file: anyone who shares the folder can have written it. */
function toCase({
  format,
  version,
  id,
  name,
  number,
  created,
  retention,
}: Readonly<Record<string, unknown>>): CaseFile {
  if (format !== FORMAT || version !== 1 || !isGuid(id) || typeof name !== 'string') throw strange();
  return {
    id,
    name: name.slice(0, MAX_NAME),
    number: typeof number === 'string' ? number.slice(0, MAX_NAME) : '',
    created: typeof created === 'string' ? created.slice(0, MAX_NAME) : '',
    retention: toRetention(retention),
  };
}

function toRetention(value: unknown): Retention {
  if (!isObject(value)) return { kind: 'open' };
  const { kind, on } = value;
  if (kind === 'delete' && typeof on === 'string' && isDay(on)) return { kind, on };
  return { kind: kind === 'hold' ? 'hold' : 'open' };
}

/** Whether a text is a day, such as `2027-01-31`. */
export function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/u.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** Writes the file beside its place first, so that a reader never sees half of it. */
async function writeCase(folder: string, value: object): Promise<void> {
  const target = path.join(folder, CASE_FILE);
  const part = `${target}.${randomUUID()}.part`;
  try {
    await writeNew(part, Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw asFileFailed(error);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
