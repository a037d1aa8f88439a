import { TableSet } from '../../src/analysis/tables/tableSet.ts';

export const BENCH_HOSTS = 2000;
export const BENCH_ROWS = 50;
export const BENCH_COLUMNS = 10;

/** Reads the outputs of all hosts: 1,000,000 cells. */
export function fillSet(): TableSet {
  const set = new TableSet();
  for (let member = 0; member < BENCH_HOSTS; member++) {
    set.add({ member, name: `ws-${member}`, exitCode: 0, errorLines: 0, isNewest: true }, tableOf(member));
  }
  return set;
}

function tableOf(host: number): string {
  const names = Array.from({ length: BENCH_COLUMNS }, (_, column) => `Column${column}`);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell) => cell.padEnd(12))
      .join('')
      .trimEnd();
  const rows = Array.from({ length: BENCH_ROWS }, (_, row) =>
    line(
      names.map((_name, column) =>
        column === 1 ? `${(host * 31 + row * 17) % 100_000}` : `v${(host * 7 + row * column) % 977}`,
      ),
    ),
  );
  return [line(names), line(names.map((name) => '-'.repeat(name.length))), ...rows].join('\n');
}
