import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { hashText } from '../../src/base/hashText.ts';
import { ExportTally } from '../../src/evidence/export/exportText.ts';
import { writeParquet } from '../../src/runs/parquetFile.ts';
import { CHUNK_COLUMNS, toChunkLine, toChunks } from '../../src/runs/runChunks.ts';
import type { RunChunk } from '../../src/runs/runChunks.ts';
import { startDuckDb } from '../rig/duckdb.ts';
import type { AskDuckDb, DuckRow } from '../rig/duckdb.ts';
import { runRow, WORDS } from '../unit/runs/chunkRows.ts';

/** Outputs that some engine cuts, splits or refuses when they come as one field. */
const ODD: Readonly<Record<string, string>> = {
  nul: 'a\0b\n\0\0\0',
  'one line of a megabyte': 'x'.repeat(1_000_000),
  'line ends of all kinds': 'a\r\nb\rc\n\u2028d\u0085e\n',
  'lone surrogates': 'a\ud83db\ude00\n'.repeat(3000),
  'wide letters': '漢字🌅\n'.repeat(4000),
  formulas: '=1+1\n@SUM(A1)\n"quoted"\t,;\n',
  empty: '',
};
const HOSTS = 10_000;

/** Rows of a run: hosts with an output each, some with an odd one, and some without a result. */
function* rowsOf(hosts: number, tally: ExportTally): Generator<RunChunk> {
  const odd = Object.values(ODD);
  for (let host = 0; host < hosts; host++) {
    const row = runRow(host % 100 === 99 ? 'pending' : 'result');
    const own = { ...row, member: { ...row.member, device: `ws-${host}` } };
    const output = odd[host] ?? `Name  State\n----  -----\nsvc${host % 7}  Running\n`;
    const texts = row.state === 'result' ? { output, errors: host === 3 ? 'bad\n' : '' } : undefined;
    yield* toChunks(WORDS, own, row.state === 'result' ? '' : 'Not started yet.', texts, tally);
  }
}

suite('engines read the rows of a run', () => {
  let ask: AskDuckDb;
  let stop = (): void => undefined;
  let folder: string;
  const files: Record<'parquet' | 'ndjson', string> = { parquet: '', ndjson: '' };
  let count = 0;

  before(async () => {
    ({ ask, stop } = await startDuckDb());
    folder = await mkdtemp(path.join(tmpdir(), 'live-response-engines-'));
    files.parquet = path.join(folder, 'run.parquet');
    files.ndjson = path.join(folder, 'run.ndjson');
    const rows = [...rowsOf(HOSTS, new ExportTally())];
    count = rows.length;
    await writeFile(files.ndjson, rows.map((row) => toChunkLine(row)).join(''));
    const pieces: Uint8Array[] = [];
    await writeParquet('test', CHUNK_COLUMNS, toAsync(rows), (bytes) => {
      pieces.push(bytes);
      return Promise.resolve();
    });
    await writeFile(files.parquet, Buffer.concat(pieces));
  });
  after(async () => {
    stop();
    await rm(folder, { recursive: true, force: true });
  });

  const from = (kind: 'parquet' | 'ndjson'): string =>
    kind === 'parquet'
      ? `read_parquet('${files.parquet}')`
      : `read_json('${files.ndjson}', format = 'newline_delimited', columns = {${Object.entries(CHUNK_COLUMNS)
          .map(([name, type]) => `'${name}': '${{ string: 'VARCHAR', number: 'BIGINT', boolean: 'BOOLEAN' }[type]}'`)
          .join(', ')}})`;

  for (const kind of ['parquet', 'ndjson'] as const) {
    test(`DuckDB reads every row of ${HOSTS} hosts from ${kind}, and no text is above 8,000 bytes`, async () => {
      const [all] = await ask(
        `SELECT count(*)::INTEGER AS rows, count(DISTINCT device)::INTEGER AS hosts, max(strlen(text))::INTEGER AS most,
        count(*) FILTER (state = 'pending')::INTEGER AS pending FROM ${from(kind)}`,
      );
      assert.deepEqual(all, { rows: count, hosts: HOSTS, most: 8000, pending: HOSTS / 100 });
    });

    test(`the chunks of each odd text, joined from ${kind}, are the text`, async () => {
      for (const [at, [name, text]] of Object.entries(ODD).entries()) {
        const rows: readonly DuckRow[] = await ask(
          `SELECT text, firstLine, continued FROM ${from(kind)} WHERE device = 'ws-${at}' AND stream = 'output' ORDER BY chunk`,
        );
        const joined = rows.map((row) => row['text']).join('');
        assert.equal(hashText(joined), hashText(text), name);
        assert.equal(
          rows.some((row) => row['continued'] === true),
          name === 'one line of a megabyte',
          name,
        );
      }
    });

    test(`DuckDB stacks lines of ${kind}: on how many hosts is each service`, async () => {
      const rows = await ask(
        `SELECT regexp_extract(text, 'svc\\d') AS service, count(DISTINCT device)::INTEGER AS hosts
        FROM ${from(kind)} WHERE text LIKE '%Running%' GROUP BY 1 ORDER BY 1`,
      );
      const expected = new Map<string, number>();
      for (let host = Object.keys(ODD).length; host < HOSTS; host++)
        if (host % 100 !== 99) expected.set(`svc${host % 7}`, (expected.get(`svc${host % 7}`) ?? 0) + 1);
      assert.deepEqual(
        rows.map(({ service, hosts }) => [service, hosts]),
        [...expected].sort(),
      );
    });
  }

  test('the statements of the how-to for DuckDB run, and give back each whole output', async () => {
    const page = await readFile('docs/how-to/engines/duckdb.md', 'utf8');
    const statements = [...page.matchAll(/```sql\n([^]*?)```/gu)].map(([, sql = '']) => sql);
    assert.equal(statements.length, 4);
    const answers: (readonly DuckRow[])[] = [];
    for (const sql of statements) answers.push(await ask(sql.replace("'run.parquet'", `'${files.parquet}'`)));
    const [, rare = [], missing = [], outputs = []] = answers;
    assert.ok(rare.length > 0 && Number(rare[0]?.['hosts']) === 1);
    assert.equal(missing.length, HOSTS / 100);
    for (const [at, [name, text]] of Object.entries(ODD).entries()) {
      const row = outputs.find(({ device }) => device === `ws-${at}`);
      assert.equal(hashText(String(row?.['output'])), hashText(text), name);
    }
  });

  for (const page of ['azure-data-explorer', 'sentinel', 'elastic', 'README']) {
    test(`the page ${page} names the columns of the form, and no other`, async () => {
      const text = await readFile(`docs/how-to/engines/${page}.md`, 'utf8');
      const table = /create table LiveResponseRun \(([^)]*)\)/u.exec(text)?.[1];
      const named =
        table !== undefined
          ? table.split(',').map((column) => column.trim().split(':', 1)[0] ?? '')
          : page === 'sentinel'
            ? [...text.matchAll(/"name": "(\w+)"/gu)].map(([, name = '']) => name)
            : page === 'elastic'
              ? [...text.matchAll(/"(\w+)": \{ "type"/gu)].map(([, name = '']) => name)
              : [...text.matchAll(/^\| (`[^|]*)\|/gmu)].flatMap(([, cell = '']) =>
                  [...cell.matchAll(/`(\w+)`/gu)].map(([, name = '']) => name),
                );
      assert.deepEqual(named.toSorted(), Object.keys(CHUNK_COLUMNS).toSorted());
    });
  }

  test('lone surrogates are counted where they were replaced', async () => {
    const [row] = await ask(`SELECT sum(loneSurrogates)::INTEGER AS replaced FROM ${from('ndjson')}`);
    assert.equal(row?.['replaced'], 6000);
  });
});

async function* toAsync<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value);
}
