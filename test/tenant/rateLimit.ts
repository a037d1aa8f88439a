/** A sliding window: at most `limit` calls in any `milliseconds`. */
export interface RateWindow {
  readonly limit: number;
  readonly milliseconds: number;
  /** The window's name in the API's message. Stays `00:01:00` where a test shortens the window itself. */
  readonly label: string;
}

/** A call over a limit. */
export interface Refusal {
  readonly window: RateWindow;
  /** Time until the oldest call leaves the window. */
  readonly waitMilliseconds: number;
}

/** Counts calls by application and tenant. */
export interface RateLimiter {
  /** Counts the call and returns `undefined`, or refuses it without counting it. */
  readonly admit: (key: string) => Refusal | undefined;
  readonly reset: () => void;
}

/** The documented limits of list, get and result link. They share one bucket here, as the client must assume. */
export const DOCUMENTED_LIMITS: readonly RateWindow[] = [
  { limit: 100, milliseconds: 60_000, label: '00:01:00' },
  { limit: 1500, milliseconds: 3_600_000, label: '01:00:00' },
];

/** The documented limits of hunting queries, for a whole tenant. */
export const HUNTING_LIMITS: readonly RateWindow[] = [
  { limit: 45, milliseconds: 60_000, label: '00:01:00' },
  { limit: 1500, milliseconds: 3_600_000, label: '01:00:00' },
];

/** The documented limits of links to investigation packages. */
export const PACKAGE_LIMITS: readonly RateWindow[] = [
  { limit: 2, milliseconds: 60_000, label: '00:01:00' },
  { limit: 120, milliseconds: 3_600_000, label: '01:00:00' },
];

/**
 * Creates a limiter with true sliding windows. A bucket that refills, or a fixed minute, would let twice the limit pass
 * at its edge.
 */
export function createRateLimiter(
  windows: readonly RateWindow[] = DOCUMENTED_LIMITS,
  // Monotonic, because a clock that is set back must not open or close a window.
  now: () => number = () => performance.now(),
): RateLimiter {
  // The longest window first: where both are spent, the client must learn about the hour.
  const ordered = [...windows].sort((a, b) => b.milliseconds - a.milliseconds);
  const longest = ordered[0]?.milliseconds ?? 0;
  const stamps = new Map<string, number[]>();
  return {
    admit: (key) => {
      const at = now();
      const kept = (stamps.get(key) ?? []).filter((stamp) => stamp > at - longest);
      stamps.set(key, kept);
      for (const window of ordered) {
        const inside = kept.filter((stamp) => stamp > at - window.milliseconds);
        const leaves = inside[inside.length - window.limit];
        if (leaves !== undefined) {
          return { window, waitMilliseconds: leaves + window.milliseconds - at };
        }
      }
      kept.push(at);
      return undefined;
    },
    reset: () => {
      stamps.clear();
    },
  };
}

/**
 * Returns the most calls in any span of `ms`, without the span's end, as the limiter would have counted.
 *
 * @param stamps - time at which each call was counted, in ms of one clock, in any order
 */
export function mostWithin(ms: number, stamps: readonly number[]): number {
  const ordered = stamps.toSorted((one, other) => one - other);
  let first = 0;
  let most = 0;
  for (const [last, stamp] of ordered.entries()) {
    while (stamp - (ordered[first] ?? stamp) >= ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Returns the text of a real 429. */
export function quotaMessage(window: RateWindow): string {
  return `API calls quota exceeded! maximum allowed ${window.limit} per ${window.label}`;
}
