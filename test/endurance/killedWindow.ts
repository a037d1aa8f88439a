import { appendFileSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Transport } from '../../src/defender/transport.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { FaultPort, KILL } from './faultPort.ts';
import { openNetwork } from './faultyTransport.ts';
import { openSession, TENANT } from './session.ts';
import { shiftClock } from './shiftedClock.ts';

/** A process of its own that fetches a run and saves files, and ends itself before the nth call through a door. */
export interface KillOrder {
  readonly folder: string;
  readonly nth: number;
  /** Time by which its clock is ahead at its start, ms. */
  readonly ahead: number;
}

/** File in which a window writes each call before it is sent: what a tenant would have recorded. */
export const CALL_LOG = 'calls.log';
/** Names of the files that a window saves. */
export const SAVED = ['collected.gz', 'output.txt'] as const;

process.once('message', (order: unknown) => {
  work(order as KillOrder).then(
    (end) => {
      process.send?.(end);
      process.disconnect();
    },
    (error: unknown) => {
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      process.disconnect();
    },
  );
});

async function work({
  folder,
  nth,
  ahead,
}: KillOrder): Promise<{ readonly state: string | undefined; readonly passed: number }> {
  const clock = passingClock(ahead);
  const port = new FaultPort();
  await port.install();
  const signal = new AbortController().signal;
  const { runs, list, store, saves, results } = openSession(folder, logged(openNetwork().transport, folder), clock);
  port.arm(folder, { door: 'any', kind: KILL, nth, lasts: false });
  await list.loadSpan({ from: '2000-01-01T00:00:00.000Z', before: '2100-01-01T00:00:00.000Z' }, signal);
  const loaded = findRuns(list.actions, TENANT).find(({ words }) => words.script === huntingRun.scriptName);
  const left = (await runs.load()).find(({ run: { key } }) => key === loaded?.key);
  const run = left?.run ?? loaded;
  if (run === undefined) throw new Error('there is no run');
  // Files that an earlier window left unfinished are deleted by hand, as the message says.
  for (const name of SAVED) rmSync(path.join(folder, `${name}.part`), { force: true });
  const small = { ...TENANT, ...scenarioRef('exitZero') };
  await results.open(small, { signal });
  if (!existsSync(path.join(folder, 'output.txt')))
    await store.saveText({ ...small, stream: 'output' }, path.join(folder, 'output.txt'));
  if (!existsSync(path.join(folder, 'collected.gz')))
    await saves.begin({ ...TENANT, ...scenarioRef('getFile') }, path.join(folder, 'collected.gz')).run({ signal });
  await runs.start(run, { again: left === undefined });
  port.disarm();
  return { state: runs.get(run.key)?.state, passed: port.passed.length };
}

/** A clock on which pauses pass at once, for the whole process. Deadlines are real. */
function passingClock(ahead: number): Clock {
  let passed = ahead;
  shiftClock(() => passed);
  const DEADLINE_MS = 90_000;
  return {
    now: () => Date.now(),
    wait: async (ms, signal) => {
      if (ms < DEADLINE_MS) passed += ms;
      await systemClock.wait(ms < DEADLINE_MS ? 0 : ms, signal);
    },
  };
}

/** Writes down each request before it is sent. */
function logged({ api, download }: Transport, folder: string): Transport {
  const note = (door: string, url: string): void => {
    appendFileSync(path.join(folder, CALL_LOG), `${Date.now()} ${door} ${new URL(url).pathname}\n`);
  };
  return {
    api: (request) => {
      note('api', request.url);
      return api(request);
    },
    download: (request) => {
      note('download', request.url);
      return download(request);
    },
  };
}
