import type { Offsets } from '../../base/places.ts';

/** Kinds of indicators. Lists of indicators use the same order. */
export const INDICATOR_KINDS = [
  'url',
  'domain',
  'ipv4',
  'ipv6',
  'email',
  'sha512',
  'sha256',
  'sha1',
  'md5',
  'path',
  'registry',
] as const;

export type IndicatorKind = (typeof INDICATOR_KINDS)[number];

/** An indicator at its place in a line. */
export interface FoundIndicator extends Offsets {
  readonly kind: IndicatorKind;
  /** The indicator as the text contains it, without terminal marks. */
  readonly value: string;
  /** Whether the indicator is part of another indicator, such as the host of an address. */
  readonly isInside: boolean;
  /** Whether the output itself had defanged the indicator, such as `evil[.]example`. */
  readonly isDefanged: boolean;
}

/** Creates the indicator for a place in a line. */
export function toFound(kind: IndicatorKind, line: string, { start, end }: Offsets, isInside = false): FoundIndicator {
  return { kind, start, end, value: line.slice(start, end), isInside, isDefanged: false };
}

/**
 * Calls `toIndicators` for each match of a pattern. An iterator of matches is not used, because its copies would take a
 * third of the time.
 */
export function findEach(
  pattern: RegExp,
  line: string,
  toIndicators: (text: string, start: number) => FoundIndicator | readonly FoundIndicator[] | undefined,
): FoundIndicator[] {
  const all: FoundIndicator[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const found = toIndicators(match[0], match.index);
    if (found === undefined) continue;
    if ('kind' in found) all.push(found);
    else all.push(...found);
  }
  return all;
}
