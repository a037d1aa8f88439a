import type { RunRow } from '../runRows.ts';

/** A host of a pack, and the names of its files. */
export interface PackHost {
  readonly row: RunRow;
  /** Number of the host in the pack, from 1. */
  readonly number: number;
  readonly why: string;
  /** Path of its result; undefined if it has none. */
  readonly file: string | undefined;
}

/** Returns the hosts of a pack in their order, each with the name of its file. */
export function hostsOf({
  rows,
  why,
}: {
  readonly rows: readonly RunRow[];
  readonly why: (row: RunRow) => string;
}): readonly PackHost[] {
  const digits = Math.max(4, rows.length.toString().length);
  return rows.map((row, index) => {
    const number = index + 1;
    const name = `${number.toString().padStart(digits, '0')}-${plainName(row.member.host)}`;
    return { row, number, why: why(row), file: row.facts && `data/results/${name}.json.gz` };
  });
}

/** Returns a name for a file from a name that a device chose: only letters of ASCII, digits and hyphens. */
function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/gu, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/gu, '');
  return plain === '' ? 'host' : plain;
}
