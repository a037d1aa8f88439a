import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isLiveResponseError } from '../../src/base/errors.ts';
import { isFailureCode } from '../../src/base/failures.ts';
import { hashBytes, hashText } from '../../src/base/hashText.ts';
import { resultKey } from '../../src/base/resultUri.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';
import type { Journal } from './scenario.ts';
import type { Session } from './session.ts';

/** Finds errors that no sentence can explain. */
export function findRawErrors({ outcomes }: Journal): string[] {
  return outcomes.flatMap(({ step, error }) => {
    if (error === undefined) return [];
    if (!isLiveResponseError(error)) return [`${step}: raw error ${describe(error)}`];
    return isFailureCode(error.code) && error.code !== 'cancelled' ? [] : [`${step}: code ${error.code}`];
  });
}

/** Finds results that are shown and are not what their facts say. A result that is said to be missing is none. */
export async function findFalseTexts({ store }: Session): Promise<string[]> {
  const problems: string[] = [];
  for (const { facts } of await store.stored()) problems.push(...(await findFalse(store, facts)));
  return problems;
}

/** Finds results that were reported stored, and cannot be read in the same window. */
export async function findUnreadable({ store, told }: Session, { stored }: Journal): Promise<string[]> {
  const isSetAside = told.some((one) => /^(?:corrupt|vanished):/u.test(one));
  const problems: string[] = [];
  for (const facts of stored.values()) {
    const now = await store.facts(facts.ref);
    if (now !== undefined) problems.push(...(await findFalse(store, now)));
    else if (!isSetAside) problems.push(`${nameOf(facts)} was stored and is gone`);
  }
  return problems;
}

async function findFalse(store: Session['store'], facts: StoredFacts): Promise<string[]> {
  const { ref, large, transcript } = facts;
  const problems: string[] = [];
  if (large === undefined) {
    const raw = await store.raw(ref);
    if (raw === undefined) problems.push(`${nameOf(facts)} has no bytes`);
    else if (hashBytes(raw) !== facts.sha256) problems.push(`${nameOf(facts)} has other bytes`);
  }
  if (transcript === undefined) return problems;
  for (const stream of ['output', 'errors'] as const) {
    const text = await store.text(ref, stream);
    if (text === undefined) problems.push(`${nameOf(facts)} has no ${stream}`);
    else if (hashText(text) !== transcript[stream].sha256) problems.push(`${nameOf(facts)} has other ${stream}`);
  }
  return problems;
}

/** Finds files that were reported saved and are not whole, and files that nobody will remove. */
export function findBadFiles(folder: string, { files }: Journal): string[] {
  const problems: string[] = [];
  for (const [file, sha256] of files) {
    if (!existsSync(file)) problems.push(`${path.basename(file)} was saved and is not there`);
    else if (sha256 !== undefined && hashBytes(readFileSync(file)) !== sha256)
      problems.push(`${path.basename(file)} is not what was saved`);
  }
  const names = new Set([...files.keys()].map((file) => path.basename(file)));
  for (const name of readdirSync(folder)) {
    if (/^(?:results|shared)\.db(?:-wal|-shm)?$/u.test(name) || name.includes('.db.damaged-')) continue;
    if (!names.has(name)) problems.push(`${name} is left behind`);
  }
  return problems;
}

/** Finds damage of the databases themselves. */
export function findDamage(folder: string): string[] {
  return ['results.db', 'shared.db'].flatMap((name) => {
    const file = path.join(folder, name);
    if (!existsSync(file)) return [];
    const database = new DatabaseSync(file);
    try {
      const check = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
      return check === 'ok' ? [] : [`${name}: ${String(check)}`];
    } finally {
      database.close();
    }
  });
}

/** Returns the keys of the results that are in the file now, read past the product. */
export function keysInFile(folder: string): ReadonlySet<string> {
  const file = path.join(folder, 'results.db');
  if (!existsSync(file)) return new Set();
  const database = new DatabaseSync(file);
  try {
    const hasTable = database.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'results'`).get() !== undefined;
    const rows = hasTable ? database.prepare('SELECT key FROM results').all() : [];
    return new Set(rows.map(({ key }) => String(key)));
  } finally {
    database.close();
  }
}

/** Finds stored results whose bytes or texts are not those of their facts, as the next window reads them. */
export function findFalseRows(folder: string): string[] {
  const problems: string[] = [];
  const handlers = createHandlers(({ kind, reason }) => problems.push(`${kind}: ${reason}`));
  handlers.open(folder);
  for (const { facts } of handlers.stored()) {
    const raw = facts.large === undefined ? handlers.raw(facts.ref) : undefined;
    if (raw !== undefined && hashBytes(raw) !== facts.sha256) problems.push(`${nameOf(facts)} has other bytes`);
    const text = handlers.text(facts.ref, 'output');
    if (text !== undefined && hashText(text) !== facts.transcript?.output.sha256)
      problems.push(`${nameOf(facts)} has other output`);
  }
  return problems;
}

/** Finds results that are neither in the file nor were said to be kept for this window only. */
export function findUntold(folder: string, { told }: Session, { stored }: Journal): string[] {
  const there = keysInFile(folder);
  if (told.length > 0) return [];
  return [...stored.values()]
    .filter(({ ref }) => !there.has(resultKey(ref)))
    .map((facts) => `${nameOf(facts)} is not in the file, and nobody was told`);
}

function nameOf({ ref, name }: StoredFacts): string {
  return `${name.script} of ${name.device} (${ref.actionId.slice(0, 8)})`;
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
}
