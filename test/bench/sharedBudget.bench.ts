import type { Priority } from '../../src/defender/calls/budget.ts';
import type { RateWindow } from '../../src/defender/calls/ledger.ts';
import { openHouse } from '../faults/sharedHouse.ts';
import { mostWithin } from '../tenant/rateLimit.ts';
import { idealMakespan } from './budget.bench.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

const PROCESSES = 4;
/** Stands for 100 calls in 60 s. */
const MINUTE: RateWindow = { calls: 20, ms: 2000 };
/** Stands for 1,500 calls in 3,600 s. */
const HOUR: RateWindow = { calls: 60, ms: 10_000 };
/** The background work's own share of both windows. */
const BACKGROUND: readonly RateWindow[] = [MINUTE, HOUR].map(({ calls, ms }) => ({ calls: calls * 0.8, ms }));
/** Three hours of background work, so that neither window ends the last one by chance. */
const BACKGROUND_CALLS = 144;
/** An hour of clicks, and the first minute of the next: clicks use the whole windows. */
const CLICKS = 80;

/**
 * Measures the call budget of several processes with one database, in real time. A local tenant counts, refuses and
 * records as the server does, and every figure comes from its recording.
 */
export const benchSharedBudget: Bench = async ({ progress }) => {
  const background = await run('background', BACKGROUND_CALLS);
  const ideal = idealMakespan(background.latencies, BACKGROUND);
  progress(`${BACKGROUND_CALLS} background calls in ${(background.makespan / 1000).toFixed(1)} s`);
  const clicks = await run('click', CLICKS);
  const most = ({ ms }: RateWindow): number =>
    Math.max(...[background, clicks].map(({ arrivals }) => mostWithin(ms, arrivals)));
  const counted = (window: RateWindow, stands: string): string =>
    `the most that ${PROCESSES} processes together sent in any ${window.ms / 1000} s, which stand for ${stands}: at most ${window.calls} there`;
  return [
    {
      name: 'budget.shared.makespan.vsIdeal',
      value: rounded(background.makespan / ideal),
      unit: 'ratio',
      floor: rounded(ideal),
      goal: '<= 1.05',
      // 1.01 on an idle machine, 1.02 on a busy one. If all processes missed one turn of a window, it would be 1.08.
      note: `ms from the first request to the last answer, ${PROCESSES} processes; a delay weighs 30 times what it does in a window of 60 s`,
    },
    {
      name: 'budget.shared.maxIn60s',
      value: most(MINUTE),
      unit: 'calls',
      floor: null,
      goal: `<= ${MINUTE.calls}`,
      note: counted(MINUTE, '60'),
    },
    {
      name: 'budget.shared.maxIn3600s',
      value: most(HOUR),
      unit: 'calls',
      floor: null,
      goal: `<= ${HOUR.calls}`,
      note: counted(HOUR, '3,600'),
    },
    {
      name: 'budget.shared.server429',
      value: background.refused + clicks.refused,
      unit: 'calls',
      floor: null,
      goal: '= 0',
    },
  ];
};

/** The tenant's recording of one run; times in ms. */
interface Run {
  readonly arrivals: readonly number[];
  /** Latencies in the order of arrival. */
  readonly latencies: readonly number[];
  /** Time from the first arrival: the start of the processes is not the budget's time. */
  readonly makespan: number;
  readonly refused: number;
}

/** Makes all processes send their part of the calls at once. */
async function run(priority: Priority, calls: number): Promise<Run> {
  const house = await openHouse([MINUTE, HOUR]);
  try {
    const order = { priority, calls: calls / PROCESSES };
    const reports = await Promise.all(Array.from({ length: PROCESSES }, () => house.open(order).outcomes));
    const requests = house.tenant.recording.at('api');
    // The actions do not exist. A 404 counts as an answer like any other.
    const answered = reports.flat().filter((outcome) => outcome === 'notFound').length;
    if (answered !== calls || requests.length < calls) throw new Error(`Of ${calls} calls ${answered} were answered.`);
    const arrivals = requests.map(({ at }) => at);
    const ends = requests.map(({ endedAt }) => endedAt ?? NaN);
    return {
      arrivals,
      latencies: requests.map(({ at, endedAt }) => (endedAt ?? NaN) - at),
      makespan: Math.max(...ends) - Math.min(...arrivals),
      refused: requests.filter(({ status }) => status === 429).length,
    };
  } finally {
    await house.close();
  }
}
