import assert from 'node:assert/strict';
import { readTables } from '../../../../src/evidence/tables/readTables.ts';
import type { ReadTable } from '../../../../src/evidence/tables/table.ts';

/** Returns lines as one text. */
export const lines = (...text: readonly string[]): string => text.join('\n');

/** Returns the one table of a text; fails if there is another number of tables. */
export function only(text: string): ReadTable {
  const { tables } = readTables(text);
  assert.equal(tables.length, 1);
  const [table] = tables;
  assert.ok(table);
  return table;
}

/** Returns the cells of the one table of a text. */
export const cellsOf = (text: string): readonly (readonly (string | null)[])[] =>
  only(text).rows.map(({ cells }) => cells);
