import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../src/base/clock.ts';
import { ledgerPort } from '../../src/worker/ports.ts';
import {
  describe,
  findBadFiles,
  findDamage,
  findFalseTexts,
  findRawErrors,
  findUnreadable,
  findUntold,
} from './checks.ts';
import type { FaultPort, PassedCall, PlannedFault } from './faultPort.ts';
import { openNetwork, PASSING_KINDS } from './faultyTransport.ts';
import type { FaultyNetwork, NetworkFault } from './faultyTransport.ts';
import { runScenario } from './scenario.ts';
import type { Journal } from './scenario.ts';
import { APPLICATION, openSession } from './session.ts';
import type { Session } from './session.ts';

/** Folder in memory, where there is one: a thousand small databases take their time on a disk. */
const FAST_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A fault at any door. */
export type AnyFault = PlannedFault | (NetworkFault & { readonly door: 'network' });

/** Verdict about one run of the scenario. */
export interface Verdict {
  /** Site of the call that failed; undefined if the run had fewer calls. */
  readonly fired: string | undefined;
  readonly problems: readonly string[];
}

/** Runs the scenario once without a fault, and returns the calls through the doors, and the number of requests. */
export async function watch(
  port: FaultPort,
): Promise<{ readonly passed: readonly PassedCall[]; readonly requests: number }> {
  let requests = 0;
  let passed: readonly PassedCall[] = [];
  await inFolder(async (folder) => {
    const network = openNetwork();
    const { journal } = await runOnce(port, folder, network, undefined);
    const failed = journal.outcomes.filter(({ error }) => error !== undefined);
    if (failed.length > 0) throw new Error(failed.map(({ step, error }) => `${step}: ${describe(error)}`).join('\n'));
    requests = network.calls.length + network.downloads.length;
    passed = [...port.passed];
    port.closeAll();
  });
  return { passed, requests };
}

/** Runs the scenario with a fault, and then opens the next window without one. */
export async function tryFault(port: FaultPort, fault: AnyFault): Promise<Verdict> {
  const problems: string[] = [];
  const onRejection = (error: unknown): void => {
    problems.push(`a rejection that nobody handles: ${describe(error)}`);
  };
  process.on('unhandledRejection', onRejection);
  let fired: string | undefined;
  try {
    await inFolder(async (folder) => {
      const network = openNetwork(fault.door === 'network' ? fault : undefined);
      const { session, journal } = await runOnce(port, folder, network, fault.door === 'network' ? undefined : fault);
      fired = fault.door === 'network' && network.hasFired() ? 'request' : port.fired;
      if (fired === undefined) return;
      problems.push(...findRawErrors(journal));
      if (fault.door === 'network' && !fault.lasts && PASSING_KINDS.has(fault.kind))
        problems.push(...findFailed(journal));
      problems.push(...(await inSession(session, journal)));
      problems.push(...findUntold(folder, session, journal));
      await session.close();
      port.closeAll();
      problems.push(...findBadFiles(folder, journal).filter((problem) => !isExcused(problem, fault)));
      problems.push(...findDamage(folder).map((problem) => `afterwards ${problem}`));
      endLeases(folder);
      problems.push(...(await findInNext(port, folder, network, fault)));
    });
  } catch (error) {
    problems.push(`the check failed: ${describe(error)}`);
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  return { fired, problems };
}

/** A fault of the network that passes costs nothing but time. */
function findFailed({ outcomes }: Journal): string[] {
  return outcomes.flatMap(({ step, error }) => (error === undefined ? [] : [`${step} failed: ${describe(error)}`]));
}

async function runOnce(
  port: FaultPort,
  folder: string,
  network: FaultyNetwork,
  plan: PlannedFault | undefined,
): Promise<{ readonly session: Session; readonly journal: Journal }> {
  port.arm(folder, plan);
  const session = openSession(path.join(folder), network.transport);
  const journal = await runScenario(session, folder);
  // Pieces of dropped results go between two requests.
  await systemClock.wait(0, new AbortController().signal);
  port.disarm();
  return { session, journal };
}

async function inSession(session: Session, journal: Journal): Promise<string[]> {
  return [...(await findFalseTexts(session)), ...(await findUnreadable(session, journal))].map(
    (problem) => `in the same window: ${problem}`,
  );
}

/** The next window works, shows only what is true, fetches only what is missing, and counts all calls. */
async function findInNext(port: FaultPort, folder: string, before: FaultyNetwork, fault: AnyFault): Promise<string[]> {
  const problems: string[] = [];
  const network = openNetwork();
  const session = openSession(folder, network.transport);
  problems.push(...(await findFalseTexts(session)));
  // While a fault lasts, nothing can be written down.
  if (!fault.lasts) {
    const { hour } = await ledgerPort(session.store, APPLICATION).usage();
    if (hour < before.calls.length) problems.push(`${before.calls.length} calls were made, and ${hour} are counted`);
  }
  // The user saves to the same names again. What could not be removed before is removed by hand, as the message says.
  for (const file of ['run.ndjson', 'output.txt', 'large.json', 'collected.gz', 'pack.zip'])
    for (const end of ['', '.part']) rmSync(path.join(folder, file + end), { force: true });
  const journal = await runScenario(session, folder);
  for (const { step, error } of journal.outcomes) if (error !== undefined) problems.push(`${step}: ${describe(error)}`);
  problems.push(...session.told, ...(await findUnreadable(session, journal)));
  await session.close();
  port.closeAll();
  problems.push(...findBadFiles(folder, journal));
  return problems.map((problem) => `in the next window: ${problem}`);
}

/** Whether a file is left because it is its removal that fails for good. */
function isExcused(problem: string, { lasts }: AnyFault): boolean {
  return lasts && problem.endsWith('.part is left behind');
}

/** Lets the 15 s pass after which a lease ends that could not be given back. */
function endLeases(folder: string): void {
  const database = new DatabaseSync(path.join(folder, 'shared.db'));
  try {
    if (database.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'leases'`).get() !== undefined)
      database.exec('UPDATE leases SET until = 0');
  } finally {
    database.close();
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(FAST_FOLDER, 'fault-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The outcome of many faults. */
export interface FaultReport {
  readonly tried: number;
  readonly fired: number;
  /** Each problem with the fault after which it was seen. */
  readonly problems: readonly string[];
}

/** Tries one fault after the other. */
export async function tryFaults(port: FaultPort, faults: readonly AnyFault[]): Promise<FaultReport> {
  let fired = 0;
  const problems: string[] = [];
  for (const fault of faults) {
    const verdict = await tryFault(port, fault);
    if (verdict.fired !== undefined) fired++;
    problems.push(...verdict.problems.map((problem) => `${JSON.stringify(fault)}: ${problem}`));
  }
  return { tried: faults.length, fired, problems };
}
