import type { ActionRow } from './actionTable.ts';
import { byAge } from './resultRow.ts';
import type { ListedRow, PageRow, ResultRow, ResultTable, RowPlace } from './resultRow.ts';

/** Stores results in memory for one session, if there is no database or the user wants no results on the disk. */
export class MemoryResultTable implements ResultTable {
  readonly #rows = new Map<string, ResultRow>();
  readonly #quoted = new Set<string>();

  put(row: ResultRow): void {
    this.#rows.set(row.key, row);
  }

  facts(key: string): string | undefined {
    return this.#rows.get(key)?.facts;
  }

  bytes(key: string): Uint8Array | undefined {
    return this.#rows.get(key)?.bytes;
  }

  action(key: string): ActionRow | undefined {
    return this.#rows.get(key)?.action;
  }

  sizes(): ListedRow[] {
    return this.#newestFirst().map(({ key, fetchedAt, facts, bytes }) => ({
      key,
      fetchedAt,
      size: bytes.length + facts.length,
      quoted: this.#quoted.has(key),
    }));
  }

  page(behind: RowPlace | undefined, limit: number, tenant?: string): PageRow[] {
    return this.#newestFirst()
      .filter((row) => tenant === undefined || row.tenant === tenant)
      .filter((row) => behind === undefined || byAge(behind, row) < 0)
      .slice(0, limit);
  }

  quote(key: string): void {
    this.#quoted.add(key);
  }

  delete(keys: readonly string[]): void {
    for (const key of keys) {
      this.#rows.delete(key);
      this.#quoted.delete(key);
    }
  }

  setAside(key: string): void {
    this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
    this.#quoted.clear();
  }

  #newestFirst(): ResultRow[] {
    return [...this.#rows.values()].sort(byAge);
  }
}
