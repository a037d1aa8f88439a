import { createRequire } from 'node:module';
import path from 'node:path';
import { ensurePackages } from './install.ts';

/** DuckDB, an outside judge of exports. It is 68 MB, so it is fetched into the rig's folder and is no dependency. */
const VERSION = '1.5.6-r.1';

/** A row of an answer: texts, numbers and truth values. */
export type DuckRow = Readonly<Record<string, string | number | boolean | null>>;

/** Runs SQL in an empty database, and returns the rows of the last statement. */
export type AskDuckDb = (sql: string) => Promise<readonly DuckRow[]>;

interface Connection {
  readonly runAndReadAll: (sql: string) => Promise<{ readonly getRowObjectsJson: () => readonly DuckRow[] }>;
  readonly closeSync: () => void;
}

interface DuckDb {
  readonly DuckDBInstance: {
    readonly create: (file: string) => Promise<{ readonly connect: () => Promise<Connection> }>;
  };
}

/** Starts DuckDB in memory. */
export async function startDuckDb(): Promise<{ readonly ask: AskDuckDb; readonly stop: () => void }> {
  const platform = `@duckdb/node-bindings-${process.platform}-${process.arch}@${VERSION}`;
  const packages = [`@duckdb/node-api@${VERSION}`, `@duckdb/node-bindings@${VERSION}`, platform];
  const folder = await ensurePackages('duckdb', packages);
  const load = createRequire(path.join(folder, 'package.json'));
  const { DuckDBInstance } = load('@duckdb/node-api') as DuckDb;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return {
    ask: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    stop: () => {
      connection.closeSync();
    },
  };
}
