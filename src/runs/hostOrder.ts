import type { RunRow } from './runRows.ts';

/** Orders in which the overview of a run lists all hosts. */
export const HOST_ORDERS = ['name', 'exitCode', 'errors', 'lines', 'size', 'rarest'] as const;

export type HostOrder = (typeof HOST_ORDERS)[number];

const NAMES = new Intl.Collator(undefined, { numeric: true });

/** Sorts by host name. Numbers in names are compared by their value. */
export function byName(rows: readonly RunRow[]): RunRow[] {
  return rows.toSorted((one, other) => NAMES.compare(one.member.host, other.member.host));
}

/**
 * Sorts the hosts of a run: by name from A, by everything else from the largest, which is looked for. `rarest` begins
 * with the hosts whose result the fewest others have. Hosts without the fact come last. Equal hosts are sorted by name.
 *
 * @param sameAs - returns the number of hosts with an equal result
 */
export function sortHosts(
  rows: readonly RunRow[],
  order: HostOrder,
  sameAs: (row: RunRow) => number | undefined,
): RunRow[] {
  const named = byName(rows);
  if (order === 'name') return named;
  const rank = (row: RunRow): number => {
    const { transcript, size } = row.facts ?? {};
    const ranks: Readonly<Record<Exclude<HostOrder, 'name'>, number | undefined>> = {
      exitCode: transcript?.exitCode === undefined ? undefined : Math.abs(transcript.exitCode),
      errors: transcript?.errorLines,
      lines: transcript?.output.lines,
      size,
      rarest: negative(sameAs(row)),
    };
    return ranks[order] ?? -Infinity;
  };
  // Sorting is stable, so equal hosts stay sorted by name.
  return named.sort((one, other) => compare(rank(other), rank(one)));
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}
