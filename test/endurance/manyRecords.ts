import { API_WINDOWS } from '../../src/defender/calls/ledger.ts';
import { mostWithin } from '../tenant/rateLimit.ts';

/** Something that a window noted. All times are microseconds of one clock that nobody sets. */
export interface WindowEvent {
  readonly at: number;
  readonly window: string;
  readonly event: string;
  readonly about: string;
}

/** Time in which a window did nothing. A window that is killed does nothing from then on. */
export interface Interruption {
  readonly window: string;
  readonly kind: 'kill' | 'stop';
  readonly from: number;
  to: number;
}

export interface ManyRecords {
  /** Requests to the API as the tenant counted them, ms of its own clock. */
  readonly calls: readonly { readonly at: number; readonly status?: number }[];
  /** Links that the tenant gave. */
  readonly links: readonly { readonly asked: string; readonly at: number }[];
  readonly events: readonly WindowEvent[];
  readonly interruptions: readonly Interruption[];
  /** Factor by which time passes faster in the windows. */
  readonly factor: number;
}

/** Time in which a window tells the others what it has found, or begins the fetch that it has decided on, µs. */
const AT_ONCE_US = 500_000;
/** Time between a window's look at its lease and the fetch that it notes, µs. A stop can come in between. */
const LOOK_US = 50_000;

/** Checks what many windows did together. */
export function findProblems(records: ManyRecords): string[] {
  return [
    ...findExcess(records),
    ...findTwiceFetched(records),
    ...findTwoWriters(records),
    ...findTwoNotices(records),
    ...records.events.filter(({ event }) => event === 'error').map(({ window, about }) => `${window}: error ${about}`),
  ];
}

function findExcess({ calls, factor }: ManyRecords): string[] {
  const refused = calls.filter(({ status }) => status === 429).length;
  const problems = refused === 0 ? [] : [`${refused} calls were refused`];
  for (const { calls: limit, ms: span } of API_WINDOWS) {
    const most = mostWithin(
      span / factor,
      calls.map(({ at }) => at),
    );
    if (most > limit) problems.push(`${most} calls within ${span} ms`);
  }
  return problems;
}

/**
 * A result may be fetched again only if a window was interrupted between its decision to fetch it and the second fetch:
 * it may wait for its turn in the call budget, or not have stored what it fetched.
 */
function findTwiceFetched(records: ManyRecords): string[] {
  const { links, events, interruptions } = records;
  const problems: string[] = [];
  for (const [asked, times] of Map.groupBy(links, (link) => link.asked)) {
    const [first = 0, ...more] = times.map(({ at }) => at).sort((one, other) => one - other);
    const begun = events.filter(({ event, about }) => event === 'fetch' && asked.includes(about));
    for (const [place, second] of more.entries()) {
      const excuses = begun.filter(({ window, at }) =>
        interruptions.some((one) => one.window === window && one.from <= second && one.to >= at - LOOK_US),
      );
      // Each interruption excuses one more fetch.
      if (excuses.length > place) continue;
      problems.push(`${asked} was fetched again after ${ms(second - first)} ms: ${storyOf(begun, first, records)}`);
    }
  }
  return problems;
}

/** Tells what the windows that fetched a result did, and what happened to them, in ms after its first fetch. */
function storyOf(
  begun: readonly WindowEvent[],
  first: number,
  { events, interruptions }: Pick<ManyRecords, 'events' | 'interruptions'>,
): string {
  const windows = new Set(begun.map(({ window }) => window));
  const holds = events.filter(({ event, window }) => event === 'hold' && windows.has(window));
  const told = [
    ...[...begun, ...holds].map(({ at, window, event }) => ({ at, text: `${window} ${event} ${ms(at - first)}` })),
    ...interruptions
      .filter(({ window }) => windows.has(window))
      .map(({ from, to, window, kind }) => ({
        at: from,
        text: `${window} ${kind} ${ms(from - first)}${to === Infinity ? '' : ` to ${ms(to - first)}`}`,
      })),
  ];
  return told
    .sort((one, other) => one.at - other.at)
    .map(({ text }) => text)
    .join(', ');
}

function ms(microseconds: number): number {
  return Math.round(microseconds / 1000);
}

/** Only the window that took the lease last fetches. One that is stopped between its look and its fetch is excused. */
function findTwoWriters({ events, interruptions }: ManyRecords): string[] {
  const problems: string[] = [];
  let writer: string | undefined;
  for (const { at, window, event } of events.toSorted((one, other) => one.at - other.at)) {
    if (event === 'hold') writer = window;
    if (event !== 'fetch' || window === writer) continue;
    const wasStopped = interruptions.some((one) => one.window === window && one.from <= at && one.to >= at - LOOK_US);
    if (!wasStopped) problems.push(`${window} fetches while ${writer ?? 'nobody'} holds the lease`);
  }
  return problems;
}

/** One notice an event, unless the window that gave it was interrupted before it could tell the others. */
function findTwoNotices({ events, interruptions }: ManyRecords): string[] {
  const notices = events.filter(({ event }) => event === 'notice').sort((one, other) => one.at - other.at);
  return [...Map.groupBy(notices, ({ about }) => about)].flatMap(([about, given]) =>
    given.slice(1).flatMap((second, place) => {
      const first = given[place];
      if (first === undefined) return [];
      const isExcused = interruptions.some(
        ({ window, from, to }) =>
          (window === first.window && from >= first.at && from - first.at < AT_ONCE_US) ||
          (window === second.window && from <= second.at && to >= first.at),
      );
      return isExcused ? [] : [`${about} was told by ${first.window} and by ${second.window}`];
    }),
  );
}
