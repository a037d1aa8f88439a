import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import { refOf } from '../../src/model/run.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { openNetwork } from './faultyTransport.ts';
import { openSession, SOME_TEXT, TENANT } from './session.ts';
import type { Session } from './session.ts';
import { shiftClock } from './shiftedClock.ts';

const HOUR_MS = 3_600_000;
/** Results that stay in the store. The oldest are removed, as by the limit of a person. */
const KEPT = 40;
/** Hours at the start in which caches fill. They are the measure for those that follow. */
const WARM_HOURS = 3;
const FAST_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The outcome of a soak. */
export interface SoakReport {
  readonly hours: number;
  readonly rounds: number;
  /** Memory in use after a collection, in bytes, at the end of each hour. */
  readonly heap: readonly number[];
  /** Open handles and timers at the end of each hour. */
  readonly handles: readonly number[];
  /** Growth of the memory in use per hour, as a share of that after the first hours. */
  readonly growth: number;
  readonly moreHandles: number;
  readonly problems: readonly string[];
}

/**
 * Works as a person does for many hours, on a clock on which they pass at once: asks for changes, fetches, opens,
 * searches, and closes the window after each hour.
 */
export async function soak(hours: number, roundsPerHour: number): Promise<SoakReport> {
  const collect = exposeCollector();
  const folder = mkdtempSync(path.join(FAST_FOLDER, 'soak-'));
  let ahead = 0;
  shiftClock(() => ahead);
  const { transport } = openNetwork();
  const heap: number[] = [];
  const handles: number[] = [];
  const problems: string[] = [];
  const kept: ResultRef[] = [];
  let session: Session | undefined;
  let turn = 0;
  try {
    for (let hour = 0; hour < hours; hour++) {
      session ??= openSession(folder, transport);
      for (let round = 0; round < roundsPerHour; round++) {
        ahead += HOUR_MS / roundsPerHour;
        await work(session, turn++, kept).catch((error: unknown) => {
          // One command of the sample has no result, and Defender says so.
          if (isLiveResponseError(error) && error.code === 'noResult') return;
          problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
        });
      }
      problems.push(...session.told);
      // Measured with no window open: what is left is lost.
      await session.close();
      session = undefined;
      await collect();
      heap.push(process.memoryUsage().heapUsed + process.memoryUsage().external);
      handles.push(process.getActiveResourcesInfo().length);
    }
  } finally {
    await session?.close();
    shiftClock(() => 0);
    rmSync(folder, { recursive: true, force: true });
  }
  const warm = heap[Math.min(WARM_HOURS, heap.length) - 1] ?? NaN;
  const later = heap.slice(Math.min(WARM_HOURS, heap.length) - 1);
  return {
    hours,
    rounds: turn,
    heap,
    handles,
    growth: slopeOf(later) / warm,
    moreHandles: Math.max(...handles.slice(1)) - (handles[0] ?? 0),
    problems,
  };
}

async function work({ list, store, results, search }: Session, turn: number, kept: ResultRef[]): Promise<void> {
  const { signal } = new AbortController();
  await list.ensureLoaded(signal);
  await list.poll(signal);
  if (list.actions.length < 100) await list.loadSpan(ALL, signal);
  const run = findRuns(list.actions, TENANT).find(({ words }) => words.script === huntingRun.scriptName);
  const members = run?.members.filter(({ result }) => result === 'transcript') ?? [];
  const member = members[turn % members.length];
  if (run === undefined || member === undefined) throw new Error('there is nothing to fetch');
  const ref = refOf(run, member);
  await results.open(ref, { signal });
  const facts = await store.facts(ref);
  const document = await store.document(ref, 'output');
  // One result of the sample is no script's, and is shown as what it is.
  const isLost = facts === undefined || (facts.transcript !== undefined && document === undefined);
  if (isLost) throw new Error('a result that was fetched cannot be opened');
  kept.push(ref);
  await search.start(SOME_TEXT);
  if (search.run?.state !== 'done') throw new Error(`the search is ${search.run?.state ?? 'gone'}`);
  search.clear();
  if (kept.length > KEPT) await store.delete(kept.splice(0, kept.length - KEPT));
}

const ALL = { from: '2000-01-01T00:00:00.000Z', before: '2100-01-01T00:00:00.000Z' };

/** Returns a function that collects what is not used any more. */
function exposeCollector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return async () => {
    // Memory that a finalizer frees is collected by the next turn.
    for (let turn = 0; turn < 3; turn++) {
      collect();
      await new Promise(setImmediate);
    }
  };
}

/** Returns the slope of a line through values, by least squares. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [at, value] of values.entries()) {
    above += (at - middle) * (value - mean);
    below += (at - middle) ** 2;
  }
  return above / below;
}
