import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { API_WINDOWS } from '../../src/defender/calls/ledger.ts';
import { systemClock } from '../../src/base/clock.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { createDice } from '../unit/defender/simulatedClock.ts';
import { findDamage, findFalseRows } from './checks.ts';
import { setClock } from './fastClock.ts';
import { CLOCK_FILE, EVENT_LOG, GAP } from './manyWindow.ts';
import type { ManyOrder } from './manyWindow.ts';
import { findProblems } from './manyRecords.ts';
import type { Interruption, WindowEvent } from './manyRecords.ts';

/** Factor by which time passes faster in the windows. More would let a busy machine look like a slow network. */
const FACTOR = 10;
const WINDOWS = 8;
const HOUR_MS = 3_600_000;
/** Age of the sample's data at the start, ms: the action that ends while someone watches ends some seconds later. */
const STARTED_BEFORE_MS = 55_000;
/** Longest pause between two disturbances, and longest stop of a window, real ms. */
const PAUSE_MS = 900;
const SLOW_FACTOR = 10;
const LONGEST_STOP_MS = 3500;
const FAST_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The outcome of many windows. */
export interface ManyReport {
  readonly seed: number;
  readonly minutes: number;
  readonly kills: number;
  readonly stops: number;
  readonly sleeps: number;
  readonly clockSteps: number;
  readonly calls: number;
  readonly results: number;
  readonly notices: number;
  readonly problems: readonly string[];
}

/** Numbers that a run has to reach. */
type Enough = Pick<ManyReport, 'calls' | 'clockSteps' | 'kills' | 'results' | 'stops'>;
const NOTHING: Enough = { calls: 0, clockSteps: 0, kills: 0, results: 0, stops: 0 };
/** Longest time that is waited for them, real ms. */
const LONGEST_MS = 600_000;

interface OpenWindow {
  readonly name: string;
  readonly process: ChildProcess;
  isStopped: boolean;
}

/**
 * Opens eight windows, and disturbs them: some are killed, some are stopped for a while, the machine sleeps, and its
 * clock is set. Then checks what the tenant recorded.
 *
 * @param minutes - simulated
 * @param enough - what is to have happened before the windows are closed. A busy machine needs more time for it
 */
export async function openManyWindows(minutes: number, seed: number, enough = NOTHING): Promise<ManyReport> {
  const folder = mkdtempSync(path.join(FAST_FOLDER, 'many-'));
  const since = Date.now();
  const limits = API_WINDOWS.map(({ calls, ms }) => ({ limit: calls, milliseconds: ms / FACTOR, label: '00:01:00' }));
  const tenant = await startLocalTenant({ limits, startedAt: since - STARTED_BEFORE_MS });
  const scene = new Scene(tenant, folder, since, seed);
  try {
    await scene.disturb((minutes * 60_000) / FACTOR, enough);
    await scene.end();
    return { seed, minutes, ...scene.report(FACTOR) };
  } finally {
    await scene.end();
    await tenant.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The windows of a machine, and what happens to them. */
class Scene {
  readonly #tenant: LocalTenant;
  readonly #folder: string;
  readonly #since: number;
  readonly #dice: () => number;
  readonly #seed: number;
  readonly #windows: OpenWindow[] = [];
  readonly #interruptions: Interruption[] = [];
  readonly #failed: string[] = [];
  #opened = 0;
  #clock = 0;
  readonly #counts = { kills: 0, stops: 0, sleeps: 0, clockSteps: 0 };

  constructor(tenant: LocalTenant, folder: string, since: number, seed: number) {
    this.#tenant = tenant;
    this.#folder = folder;
    this.#since = since;
    this.#seed = seed;
    this.#dice = createDice(seed);
    setClock(path.join(folder, CLOCK_FILE), 0);
  }

  async disturb(ms: number, enough: Enough): Promise<void> {
    const patience = new AbortController().signal;
    const end = performance.now() + ms;
    const token = await this.#tenant.mintAccessToken();
    while (this.#windows.length < WINDOWS) this.#open(token);
    while (performance.now() < end || (!this.#has(enough) && performance.now() < end + LONGEST_MS)) {
      // A machine on which windows need seconds to open must not lose each before it has done anything.
      const isSlow = performance.now() >= end;
      await systemClock.wait(this.#dice() * PAUSE_MS * (isSlow ? SLOW_FACTOR : 1), patience);
      const dice = this.#dice();
      const one = this.#windows[Math.floor(this.#dice() * this.#windows.length)];
      if (one === undefined) continue;
      if (dice < 0.25) {
        this.#kill(one);
        this.#open(token);
      } else if (dice < 0.6) this.#stop([one], this.#dice() * LONGEST_STOP_MS);
      else if (dice < 0.7) this.#stop([...this.#windows], this.#dice() * LONGEST_STOP_MS);
      else if (dice < 0.85) this.#setClock();
    }
  }

  /** Whether so much has happened. */
  #has(enough: Enough): boolean {
    const { calls, results, kills, stops, clockSteps } = enough;
    const { recording } = this.#tenant;
    const fetched = new Set(
      recording.calls('link').flatMap(({ status, path: asked }) => (status === 200 ? asked : [])),
    );
    return (
      recording.at('api').length >= calls &&
      fetched.size >= results &&
      this.#counts.kills >= kills &&
      this.#counts.stops >= stops &&
      this.#counts.clockSteps >= clockSteps
    );
  }

  async end(): Promise<void> {
    const ends = this.#windows.map(({ process: child }) => once(child, 'exit'));
    for (const one of [...this.#windows]) this.#kill(one);
    await Promise.all(ends);
  }

  report(factor: number): Omit<ManyReport, 'minutes' | 'seed'> {
    const events = readEvents(path.join(this.#folder, EVENT_LOG));
    const { recording } = this.#tenant;
    const toMicroseconds = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;
    const links = recording
      .calls('link')
      .filter(({ status }) => status === 200)
      .map(({ path: asked, at }) => ({ asked, at: at * 1000 + toMicroseconds }));
    const calls = recording.at('api');
    const problems = [
      ...this.#failed,
      ...findProblems({ calls, links, events, interruptions: [...this.#interruptions, ...gapsIn(events)], factor }),
      ...findDamage(this.#folder),
      ...findFalseRows(this.#folder),
    ];
    return {
      ...this.#counts,
      calls: calls.length,
      results: new Set(links.map(({ asked }) => asked)).size,
      notices: events.filter(({ event }) => event === 'notice').length,
      problems: problems.map((problem) => `seed ${this.#seed}: ${problem}`),
    };
  }

  #open(token: string): void {
    const { apiUrl, blobHost, tenantId, clientId, caFile } = this.#tenant;
    const name = `w${++this.#opened}`;
    const child = fork(path.join(import.meta.dirname, 'manyWindow.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    });
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') this.#failed.push(`${name} ended by itself: ${code ?? signal}`);
    });
    child.send({
      window: name,
      seed: this.#seed * 1000 + this.#opened,
      folder: this.#folder,
      apiUrl,
      token,
      blobHost,
      tenantId,
      clientId,
      factor: FACTOR,
      since: this.#since,
    } satisfies ManyOrder);
    this.#windows.push({ name, process: child, isStopped: false });
  }

  #kill(one: OpenWindow): void {
    this.#windows.splice(this.#windows.indexOf(one), 1);
    this.#interruptions.push({ window: one.name, kind: 'kill', from: now(), to: Infinity });
    one.process.kill('SIGKILL');
    this.#counts.kills++;
  }

  /** Stops windows for a while. All of them: the machine sleeps. */
  #stop(all: readonly OpenWindow[], ms: number): void {
    const awake = all.filter(({ isStopped }) => !isStopped);
    const from = now();
    for (const one of awake) {
      one.isStopped = true;
      one.process.kill('SIGSTOP');
    }
    this.#counts[all.length > 1 ? 'sleeps' : 'stops']++;
    const stopped = awake.map(({ name }) => ({ window: name, kind: 'stop' as const, from, to: Infinity }));
    this.#interruptions.push(...stopped);
    setTimeout(() => {
      for (const one of stopped) one.to = now();
      for (const one of awake) {
        one.isStopped = false;
        one.process.kill('SIGCONT');
      }
    }, ms).unref();
  }

  #setClock(): void {
    const steps = [-HOUR_MS, 0, HOUR_MS].filter((ahead) => ahead !== this.#clock);
    this.#clock = steps[Math.floor(this.#dice() * steps.length)] ?? 0;
    setClock(path.join(this.#folder, CLOCK_FILE), this.#clock);
    this.#counts.clockSteps++;
  }
}

/** Returns the times in which the machine gave a window no time. A busy one does what a stop does. */
function gapsIn(events: readonly WindowEvent[]): Interruption[] {
  return events
    .filter(({ event }) => event === GAP)
    .map(({ window, at, about }) => ({ window, kind: 'stop', from: Number(about), to: at }));
}

/** Microseconds by the clock that all processes of the machine share. */
function now(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function readEvents(file: string): WindowEvent[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [at = '', window = '', event = '', about = ''] = line.split(' ');
    return { at: Number(at), window, event, about };
  });
}
