import type { Indicator } from './indicator.ts';
import { INDICATOR_KINDS } from './kinds.ts';
import type { IndicatorKind } from './kinds.ts';

/**
 * Merges the indicators of several texts. Adds up their counts. All other facts are those of the first text that
 * contains the indicator.
 */
export function mergeIndicators<Found extends Indicator>(lists: readonly (readonly Found[])[]): Found[] {
  const collected = new Collection<Found>();
  for (const one of lists.flat()) collected.add(one.kind, one.value, one.count, () => one);
  return collected.sorted();
}

/** Collects each indicator once, with its count. */
export class Collection<Found extends Indicator> {
  readonly #byKey = new Map<string, { readonly first: Found; count: number }>();

  add(kind: IndicatorKind, value: string, count: number, describe: () => Found): void {
    const key = `${kind} ${isCaseSensitive(kind, value) ? value : value.toLowerCase()}`;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, { first: describe(), count });
    else known.count += count;
  }

  sorted(): Found[] {
    return [...this.#byKey.values()]
      .map(({ first, count }) => ({ ...first, count }))
      .sort((one, other) => INDICATOR_KINDS.indexOf(one.kind) - INDICATOR_KINDS.indexOf(other.kind));
  }
}

function isCaseSensitive(kind: IndicatorKind, value: string): boolean {
  return kind === 'url' || (kind === 'path' && value.startsWith('/'));
}
