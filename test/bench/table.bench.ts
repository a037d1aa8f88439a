import { DatabaseSync } from 'node:sqlite';
import type { TableSet } from '../../src/analysis/tables/tableSet.ts';
import type { TableQuery } from '../../src/analysis/tables/tableQuery.ts';
import { usualRules } from '../../src/evidence/compare/normalise.ts';
import { RunGroups } from '../../src/evidence/compare/runGroups.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeParquet } from '../../src/runs/parquetFile.ts';
import { startDuckDb } from '../rig/duckdb.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { outputOf, RUN_HOSTS } from './largeRun.ts';
import { BENCH_COLUMNS, BENCH_HOSTS, BENCH_ROWS, fillSet } from './tableParts.ts';

const LAPS = 5;
const ALL: TableQuery = { table: 0, filters: [], sort: [], stack: [] };
/** Rows that are shown at once, and those that are asked for ahead. */
const SHOWN = 200;

/** Measures a table of 1,000,000 cells, and the comparison of 10,000 outputs beside DuckDB's. */
export const benchTable: Bench = async ({ progress }) => {
  const set = fillSet();
  progress(`${BENCH_HOSTS * BENCH_ROWS * BENCH_COLUMNS} cells`);
  return [...measureTable(set), ...(await compareWithDuckDb())];
};

function measureTable(set: TableSet): Measurement[] {
  const first: number[] = [];
  const sorted: number[] = [];
  const floor: number[] = [];
  const plain = plainCopy(set);
  for (let lap = 0; lap < LAPS; lap++) {
    // A filter that takes every row makes the view anew, as another table's first rows would.
    first.push(
      timed(() => {
        set.open({ ...ALL, table: 0 });
        set.rows(ALL, 0, SHOWN);
      }),
    );
    const query: TableQuery = { ...ALL, sort: [{ column: 1, isDescending: lap % 2 === 1 }] };
    sorted.push(
      timed(() => {
        set.open(query);
        set.rows(query, 0, SHOWN);
      }),
    );
    const order = lap % 2 === 1 ? 'DESC' : 'ASC';
    plain.exec('DELETE FROM shown');
    floor.push(
      timed(() => {
        plain.exec(`INSERT INTO shown (id) SELECT t.id FROM t ORDER BY k IS NULL, k ${order}, id`);
      }),
    );
  }
  plain.close();
  // The first sort also decides the kind of the column and makes its keys.
  const [firstSort = 0, ...others] = sorted;
  return [
    {
      name: 'table.firstRowsMs',
      value: rounded(median(first), 1),
      unit: 'ms',
      floor: null,
      goal: '<= 300',
      note: `rows in the thread, ${describeSpread(first, 'ms')}`,
    },
    {
      name: 'table.sort.vsSqlite',
      value: rounded(median(others) / median(floor)),
      unit: 'ratio',
      floor: rounded(median(floor), 1),
      goal: '<= 1.5',
      note: `ours ${describeSpread(others, 'ms')}, the first sort of a column ${firstSort.toFixed(0)} ms`,
    },
  ];
}

/** Returns a database with the same rows, as numbers, in the same form. */
function plainCopy(set: TableSet): DatabaseSync {
  const plain = new DatabaseSync(':memory:');
  const cells = Array.from({ length: BENCH_COLUMNS }, (_, column) => `, c${column}`).join('');
  plain.exec(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, m, f, l, h${cells}, k); CREATE TEMP TABLE shown (n INTEGER PRIMARY KEY, id INTEGER)`,
  );
  const insert = plain.prepare(
    `INSERT INTO t (m, f, l, h${cells}, k) VALUES (${Array(BENCH_COLUMNS + 5)
      .fill('?')
      .join(', ')})`,
  );
  plain.exec('BEGIN');
  for (let from = 0; from < BENCH_HOSTS * BENCH_ROWS; from += 2000) {
    for (const { member, firstLine, lastLine, cells: own } of set.rows(ALL, from, from + 2000))
      insert.run(member, firstLine, lastLine, null, ...own, Number(own[1]));
  }
  plain.exec('COMMIT');
  return plain;
}

const MOST = 3;

/** Compares 10,000 outputs as the overview does, and lets DuckDB stack the same lines. The answers must be equal. */
async function compareWithDuckDb(): Promise<Measurement[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'table-bench-'));
  const { ask, stop } = await startDuckDb();
  try {
    const started = performance.now();
    const groups = new RunGroups(usualRules);
    for (let member = 0; member < RUN_HOSTS; member++)
      groups.add({ member, names: [`ws-${member}`], output: outputOf(member), errors: '', exitCode: 0 });
    const { rareLines } = groups.compare(MOST);
    const ours = performance.now() - started;
    const file = path.join(folder, 'run.parquet');
    const pieces: Uint8Array[] = [];
    await writeParquet('bench', { host: 'number', text: 'string' }, rowsOf(), (bytes) => {
      pieces.push(bytes);
      return Promise.resolve();
    });
    await writeFile(file, Buffer.concat(pieces));
    const before = performance.now();
    const found = await ask(
      `SELECT line, count(DISTINCT host)::INTEGER AS hosts FROM
        (SELECT host, unnest(string_split(text, chr(10))) AS line FROM read_parquet('${file}'))
      GROUP BY line HAVING hosts <= ${MOST} ORDER BY line`,
    );
    const theirs = performance.now() - before;
    const own = rareLines.map(({ text, places }) => `${text} ${places.length}`).sort();
    const other = found.map(({ line, hosts }) => `${String(line)} ${String(hosts)}`).sort();
    if (own.length === 0 || own.join('\n') !== other.join('\n'))
      throw new Error('the answers of the overview and of DuckDB differ');
    return [
      {
        name: 'run.10k.overviewVsDuckdb',
        value: rounded(ours / theirs),
        unit: 'ratio',
        floor: rounded(theirs, 1),
        // Reported: DuckDB reads one column, and the overview also replaces times, names and GUIDs in every line.
        goal: '>= 0',
        note: `ours ${ours.toFixed(0)} ms for ${RUN_HOSTS} hosts; the ${own.length} rare lines are equal`,
      },
    ];
  } finally {
    stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function* rowsOf(): AsyncGenerator<Readonly<Record<string, string | number>>> {
  for (let host = 0; host < RUN_HOSTS; host++) yield await Promise.resolve({ host, text: outputOf(host) });
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
