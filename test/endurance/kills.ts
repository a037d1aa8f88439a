import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { API_WINDOWS } from '../../src/defender/calls/ledger.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { resultKey } from '../../src/base/resultUri.ts';
import { createDice } from '../unit/defender/simulatedClock.ts';
import { findDamage, findFalseRows, keysInFile } from './checks.ts';
import { CALL_LOG, SAVED } from './killedWindow.ts';
import type { KillOrder } from './killedWindow.ts';
import { APPLICATION, TENANT } from './session.ts';
import { shiftClock } from './shiftedClock.ts';

/** Files of version 0.1, so that each first window begins with their migration. */
const FIXTURE = path.join(import.meta.dirname, '..', 'fixtures', '0.1');
/** Most calls through the doors before a window is killed. A window makes some 9,000 if nobody kills it. */
const MOST_CALLS = 2500;
const FAST_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The outcome of many kills. */
export interface KillReport {
  readonly kills: number;
  /** Runs that were fetched to their end by a sequence of windows. */
  readonly runs: number;
  readonly results: number;
  readonly problems: readonly string[];
}

/** Kills windows, one after the other, each in the middle of the work that the one before left. */
export async function killWindows(kills: number, seed: number): Promise<KillReport> {
  const dice = createDice(seed);
  const problems: string[] = [];
  let killed = 0;
  let runs = 0;
  let results = 0;
  while (killed < kills) {
    const folder = mkdtempSync(path.join(FAST_FOLDER, 'fault-'));
    try {
      for (const file of ['results.db', 'shared.db']) copyFileSync(path.join(FIXTURE, file), path.join(folder, file));
      let isDone = false;
      while (!isDone && killed < kills) {
        // The first calls are the migration: they get their share.
        const nth = Math.ceil(dice() ** 2 * MOST_CALLS);
        const before = keysInFile(folder);
        const calls = readCalls(folder);
        const end = await openWindow({ folder, nth, ahead: aheadOf(calls) });
        isDone = end === 'ended';
        if (isDone) runs++;
        else killed++;
        const where = `seed ${seed}, kill ${killed} at ${nth}`;
        if (end !== 'ended' && end !== 'killed') problems.push(`${where}: ${end}`);
        problems.push(...checkFolder(folder, before, calls.length).map((problem) => `${where}: ${problem}`));
      }
      results += keysInFile(folder).size;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { kills: killed, runs, results, problems };
}

async function openWindow(order: KillOrder): Promise<string> {
  const child = fork(path.join(import.meta.dirname, 'killedWindow.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let told: unknown;
  child.on('message', (message) => {
    told = message;
  });
  child.send(order);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  const { state, error } = (told ?? {}) as { readonly state?: string; readonly error?: string };
  return error ?? state ?? `ended with ${code ?? signal}`;
}

interface LoggedCall {
  readonly at: number;
  readonly door: string;
  readonly path: string;
}

function readCalls(folder: string): LoggedCall[] {
  const file = path.join(folder, CALL_LOG);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [at = '', door = '', called = ''] = line.split(' ');
    return { at: Number(at), door, path: called };
  });
}

/** Time by which the next window's clock must be ahead, so that it does not go back. */
function aheadOf(calls: readonly LoggedCall[]): number {
  return Math.max(0, (calls.at(-1)?.at ?? 0) - Date.now());
}

/** Checks what a killed window left behind, as the next window finds it. */
function checkFolder(folder: string, before: ReadonlySet<string>, callsBefore: number): string[] {
  const problems = [...findDamage(folder), ...findFalseRows(folder)];
  for (const key of before) if (!keysInFile(folder).has(key)) problems.push(`${key} was stored and is gone`);
  const calls = readCalls(folder);
  problems.push(...checkCalls(calls, callsBefore, before));
  const last = calls.at(-1)?.at ?? 0;
  const hour = calls.filter(({ at, door }) => door === 'api' && at > last - API_WINDOWS[1].ms);
  // Asked by the clock of the window that was killed.
  const ahead = aheadOf(calls);
  shiftClock(() => ahead);
  const handlers = createHandlers(({ kind, reason }) => problems.push(`${kind}: ${reason}`));
  handlers.open(folder);
  const counted = handlers.callUsage('api', `${APPLICATION.tenantId}|${APPLICATION.clientId}`).hour;
  shiftClock(() => 0);
  if (counted < hour.length) problems.push(`${hour.length} calls were made, and ${counted} are counted`);
  const known = new Set<string>([...SAVED, ...SAVED.map((name) => `${name}.part`), CALL_LOG]);
  for (const name of readdirSync(folder)) {
    if (!known.has(name) && !/^(?:results|shared)\.db(?:-wal|-shm)?$/u.test(name))
      problems.push(`${name} is left behind`);
  }
  return problems;
}

/** No result is asked for twice by one window, or after it was stored. No limit is passed. */
function checkCalls(calls: readonly LoggedCall[], callsBefore: number, before: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const asked = new Set<string>();
  for (const { door, path: called } of calls.slice(callsBefore)) {
    const [, actionId, index] =
      /machineactions\/([0-9a-f-]+)\/GetLiveResponseResult\w+\(index=(\d+)\)/u.exec(called) ?? [];
    if (door !== 'api' || actionId === undefined) continue;
    const key = resultKey({ ...TENANT, actionId, commandIndex: Number(index) });
    if (before.has(key)) problems.push(`${key} was stored, and is fetched again`);
    if (asked.has(key)) problems.push(`${key} is fetched twice by one window`);
    asked.add(key);
  }
  const times = calls.filter(({ door }) => door === 'api').map(({ at }) => at);
  for (const { calls: most, ms } of API_WINDOWS) {
    const excess = times.findIndex((at, place) => (times[place + most] ?? Infinity) - at < ms);
    if (excess >= 0) problems.push(`more than ${most} calls in ${ms} ms`);
  }
  return problems;
}
