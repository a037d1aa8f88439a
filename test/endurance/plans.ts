import { KINDS } from './faultPort.ts';
import type { Door, PassedCall } from './faultPort.ts';
import { NETWORK_KINDS } from './faultyTransport.ts';
import type { AnyFault } from './nthFault.ts';

/** Calls of one site: how many a run of the scenario makes. */
interface Site extends PassedCall {
  readonly calls: number;
}

/** SQL that is tried in the whole only: a lease that cannot be given back ends after its 15 s. */
const SLOW = 'DELETE FROM leases';
/** Whether a fault only makes the product wait for a lock, for five seconds each time. */
function isSlow({ kind, lasts }: { readonly kind: string; readonly lasts: boolean }): boolean {
  return kind === 'BUSY' && lasts;
}

function sitesOf(passed: readonly PassedCall[], doors: readonly Door[]): Site[] {
  const sites = new Map<string, Site>();
  for (const call of passed) {
    // A statement fails in the same ways when it is prepared and when it runs.
    if (!doors.includes(call.door) || call.site.includes('.db prepare ')) continue;
    const key = `${call.door} ${call.site}`;
    sites.set(key, { ...call, calls: (sites.get(key)?.calls ?? 0) + 1 });
  }
  return [...sites.values()];
}

/**
 * Returns a part of all faults: at each site the last call, and all from the first or the middle on, with kinds that
 * change from site to site. At every other site the first call fails, too.
 */
export function boundedFaults(passed: readonly PassedCall[], doors: readonly Door[]): AnyFault[] {
  return sitesOf(passed, doors)
    .filter(({ site }) => !site.includes(SLOW))
    .flatMap(({ door, site, calls }, at) => {
      const kinds = KINDS[door];
      const kindAt = (shift: number): string => kinds[(at + shift) % kinds.length] ?? '';
      const faults = [
        ...(at % 2 === 0 ? [{ door, site, kind: kindAt(0), nth: 1, lasts: false }] : []),
        { door, site, kind: kindAt(1), nth: calls, lasts: false },
        { door, site, kind: kindAt(2), nth: Math.ceil(calls / 2), lasts: true },
        ...(door === 'database' ? [{ door, site, kind: 'CORRUPT', nth: calls, lasts: false }] : []),
      ];
      return faults.filter((fault) => !isSlow(fault));
    });
}

/** Returns every fault: every call, every kind, once and from then on. */
export function allFaults(passed: readonly PassedCall[], doors: readonly Door[]): AnyFault[] {
  return sitesOf(passed, doors).flatMap(({ door, site, calls }) =>
    KINDS[door].flatMap((kind) =>
      [false, true].flatMap((lasts) =>
        Array.from({ length: isSlow({ kind, lasts }) || site.includes(SLOW) ? 1 : calls }, (_, before) => ({
          door,
          site,
          kind,
          nth: before + 1,
          lasts,
        })),
      ),
    ),
  );
}

/** Returns faults of the network: each request, with each kind or with some of them. */
export function networkFaults(requests: number, kindsEach = NETWORK_KINDS.length): AnyFault[] {
  return Array.from({ length: requests }, (_, before) => before + 1).flatMap((nth) =>
    Array.from({ length: kindsEach }, (_, one) => {
      const kind = NETWORK_KINDS[(nth * kindsEach + one) % NETWORK_KINDS.length] ?? '';
      return { door: 'network' as const, kind, nth, lasts: one % 2 === 1 && kindsEach < NETWORK_KINDS.length };
    }),
  );
}
