import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import type { Priority } from '../../src/defender/calls/budget.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import type { RateWindow } from '../../src/defender/calls/ledger.ts';
import { mostWithin } from '../tenant/rateLimit.ts';
import { createDice, SimulatedClock } from '../unit/defender/simulatedClock.ts';
import type { Bench, Measurement } from './measurement.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CALLS = 3000;
/** The background work's own share of the API's limits. */
const BACKGROUND: readonly RateWindow[] = [
  { calls: 80, ms: MINUTE },
  { calls: 1200, ms: HOUR },
];
const CLICKS_A_MINUTE = 15;
/** Minutes of clicks at that rate: as long as the hour's reserve lasts. */
const CLICK_MINUTES = 20;
const NEVER = new AbortController().signal;

/**
 * Measures the call budget over hours, in simulated time. Compares it with the shortest time in which the calls could
 * be made. Also checks that the server never counts too many calls: it counts a call at any moment between sending and
 * answer.
 */
export const benchBudget: Bench = async ({ progress }) => {
  const background = await simulate(CALLS, 0);
  const ideal = idealMakespan(background.latencies, BACKGROUND);
  progress(`${CALLS} background calls in ${(background.makespan / MINUTE).toFixed(1)} simulated minutes`);
  const mixed = await simulate(CALLS / 2, CLICKS_A_MINUTE * CLICK_MINUTES);
  const waits = mixed.clickWaits.toSorted((one, other) => one - other);
  const p99 = waits[Math.ceil(waits.length * 0.99) - 1] ?? 0;
  const counted = [background.counted, mixed.counted];
  const most = (ms: number): number => Math.max(...counted.map((stamps) => mostWithin(ms, stamps)));
  const refused = Math.max(0, most(MINUTE) - 100) + Math.max(0, most(HOUR) - 1500);
  return [
    measurement('budget.makespan.vsIdeal', round(background.makespan / ideal), 'ratio', '<= 1.02', ideal),
    measurement('budget.maxIn60s', most(MINUTE), 'calls', '<= 100'),
    measurement('budget.maxIn3600s', most(HOUR), 'calls', '<= 1500'),
    measurement('budget.server429', refused, 'calls', '<= 0'),
    measurement('budget.clickWaitMs.p99', p99, 'ms', '<= 50'),
  ];
};

interface Simulation {
  /** Simulated ms from the first request for a call to the last answer. */
  readonly makespan: number;
  /** Latencies (ms) of the background calls, in the order they were made. */
  readonly latencies: readonly number[];
  /** Times at which the server counted each call. */
  readonly counted: readonly number[];
  readonly clickWaits: readonly number[];
}

async function simulate(backgroundCalls: number, clicks: number): Promise<Simulation> {
  const clock = new SimulatedClock();
  const budget = new QueuedBudget(createLocalLedger(clock), clock);
  const dice = createDice(7);
  const start = clock.now();
  const counted: number[] = [];
  const clickWaits: number[] = [];
  const latencies: number[] = [];
  let end = start;
  const call = async (priority: Priority): Promise<void> => {
    const asked = clock.now();
    const slot = await budget.take(priority, NEVER);
    if (priority === 'click') clickWaits.push(clock.now() - asked);
    const latency = 20 + dice() * 1980;
    if (priority === 'background') latencies.push(latency);
    const untilCounted = dice() * latency;
    await clock.wait(untilCounted, NEVER);
    counted.push(clock.now());
    await clock.wait(latency - untilCounted, NEVER);
    await slot.end(true);
    end = Math.max(end, clock.now());
  };
  const work = Array.from({ length: backgroundCalls }, () => call('background'));
  const gestures = Array.from({ length: clicks }, async (_, click) => {
    await clock.wait((click + dice()) * (MINUTE / CLICKS_A_MINUTE), NEVER);
    await call('click');
  });
  await clock.until(Promise.all([...work, ...gestures]));
  return { makespan: end - start, latencies, counted, clickWaits };
}

/**
 * Returns the shortest possible time, from an oracle that knows when the server counts. It sends each call as soon as
 * the earlier call that has to leave each window allows.
 *
 * @param latencies - ms of each call, in the order they were made
 * @param windows - the usable part of the server's windows
 * @returns ms from the first call's start to the last answer's end
 */
export function idealMakespan(latencies: readonly number[], windows: readonly RateWindow[]): number {
  const starts: number[] = [];
  let end = 0;
  for (const [index, latency] of latencies.entries()) {
    const allowed = windows.map(({ calls, ms }) => (starts[index - calls] ?? -ms) + ms);
    const start = Math.max(0, ...allowed);
    starts.push(start);
    end = Math.max(end, start + latency);
  }
  return end;
}

function measurement(
  name: string,
  value: number,
  unit: string,
  goal: Measurement['goal'],
  floor: number | null = null,
): Measurement {
  return { name, value, unit, floor, goal };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
