import type { RunRow } from '../runRows.ts';
import { whyNotPacked } from './packReasons.ts';

/** A host of a pack, and the names of its files. */
export interface PackHost {
  /** The row as the pack tells it: without facts if its result is not in the pack. */
  readonly row: RunRow;
  /** Number of the host in the pack, from 1. */
  readonly number: number;
  readonly why: string;
  /** Path of its result; undefined if it has none. */
  readonly file: string | undefined;
}

/**
 * Returns the hosts of a pack in their order, each with the name of its file.
 *
 * @param canHold - whether the pack can hold the result of a row
 */
export function hostsOf(rows: readonly RunRow[], canHold: (row: RunRow) => boolean): readonly PackHost[] {
  const digits = Math.max(4, rows.length.toString().length);
  return rows.map((row, index) => {
    const number = index + 1;
    const name = `${number.toString().padStart(digits, '0')}-${plainName(row.member.host, 'host')}`;
    const isPacked = row.facts !== undefined && canHold(row);
    return {
      row: isPacked ? row : { ...row, facts: undefined },
      number,
      why: whyNotPacked(row, isPacked),
      file: isPacked ? `data/results/${name}.json.gz` : undefined,
    };
  });
}

/**
 * Returns a name for a file from a name that a device or a person chose: only letters of ASCII, digits and hyphens.
 *
 * @param other - name if nothing is left
 */
export function plainName(name: string, other: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/gu, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/gu, '');
  return plain === '' ? other : plain;
}
