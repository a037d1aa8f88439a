import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { toPattern } from '../../src/worker/findHits.ts';
import type { SearchQuery } from '../../src/worker/searchCalls.ts';
import { scenarioRef, sampleScenarios } from '../../src/sample/data/catalogue.ts';
import { blobNameOf } from '../../src/sample/base/identifiers.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { SqliteResultTable } from '../../src/storage/resultTable.ts';
import { arrived, ref } from '../unit/results/fixtures.ts';

// A process of its own, run by search.bench.ts: fills a store with the sample's outputs and searches it.
const WANTED_MB = 200;
const LAPS = 3;
const folder = process.argv[2] ?? '';
const query: SearchQuery = {
  text: 'OneDrive Standalone Update Task v9',
  isRegExp: false,
  matchCase: false,
  connection: undefined,
  device: undefined,
  script: undefined,
};
const NEWEST = 'needle in the newest result';

const tenant = createSampleTenant({ startedAt: Date.UTC(2026, 10, 23, 21), now: Date.now, mintLink: () => '' });
const texts = Object.keys(sampleScenarios).flatMap((name) => {
  const { actionId, commandIndex } = scenarioRef(name as keyof typeof sampleScenarios);
  const bytes = tenant.blob(blobNameOf(actionId, commandIndex))?.bytes();
  const transcript = bytes === undefined ? undefined : decodeResult(bytes).transcript;
  return transcript === undefined || transcript.output.length < 2000 ? [] : [transcript];
});
const handlers = createHandlers();
handlers.open(path.join(folder, 'store'));
const plain = path.join(folder, 'plain');
mkdirSync(plain);
let size = 0;
let count = 0;
for (; size < WANTED_MB * 1e6; count++) {
  const { output, errors } = texts[count % texts.length] ?? { output: '', errors: '' };
  // Makes every output different.
  const own = `${count} ${output}`;
  const bytes = Buffer.from(
    JSON.stringify({ script_name: 's.ps1', exit_code: 0, script_output: own, script_errors: errors }),
  );
  handlers.put(...arrived(bytes, { ref: ref({ commandIndex: count }), fetchedAt: count }));
  writeFileSync(path.join(plain, `${count}.txt`), own + errors);
  size += own.length + errors.length;
}
const last = Buffer.from(
  JSON.stringify({ script_name: 's.ps1', exit_code: 0, script_output: NEWEST, script_errors: '' }),
);
handlers.put(...arrived(last, { ref: ref({ commandIndex: count }), fetchedAt: count }));

/** @returns ms to the first hit, and to the end of the search */
function search(wanted: SearchQuery): { first: number; all: number; lines: number } {
  const start = performance.now();
  const id = handlers.beginSearch(wanted);
  let first = Number.NaN;
  let lines = 0;
  for (;;) {
    const step = handlers.searchOn(id);
    if (Number.isNaN(first) && step.found.length > 0) first = performance.now() - start;
    for (const { hits, more } of step.found) lines += hits.length + more;
    if (step.done) return { first, all: performance.now() - start, lines };
  }
}

/** Does the least that a search can do: unpacks and decodes every row, and runs the expression over its texts. */
function scan(): number {
  const start = performance.now();
  const table = new SqliteResultTable(path.join(folder, 'store'));
  const pattern = toPattern(query);
  let matches = 0;
  for (const { key } of table.sizes()) {
    const transcript = decodeResult(table.bytes(key) ?? new Uint8Array()).transcript;
    for (const text of [transcript?.output ?? '', transcript?.errors ?? ''])
      for (const match of text.matchAll(pattern)) matches += match[0].length > 0 ? 1 : 0;
  }
  table.close();
  if (matches > 0) throw new Error('a text without a hit was wanted');
  return performance.now() - start;
}

function findRipgrep(): string | undefined {
  const suffix = path.join(
    'bin',
    `${process.platform}-${process.arch}`,
    process.platform === 'win32' ? 'rg.exe' : 'rg',
  );
  const found = readdirSync('.vscode-test', { recursive: true, encoding: 'utf8' }).find((file) =>
    file.endsWith(suffix),
  );
  return found === undefined ? undefined : path.join('.vscode-test', found);
}

const ours: number[] = [];
const scans: number[] = [];
const first: number[] = [];
for (let lap = 0; lap < LAPS; lap++) {
  if (lap % 2 === 0) ours.push(search(query).all);
  scans.push(scan());
  if (lap % 2 === 1) ours.push(search(query).all);
  first.push(search({ ...query, text: NEWEST }).first);
}
const rg = findRipgrep();
const ripgrep: number[] = [];
for (let lap = 0; rg !== undefined && lap < LAPS; lap++) {
  const start = performance.now();
  // It ends with 1 if there is no hit.
  spawnSync(rg, ['-a', '-i', '-c', '-F', query.text, plain], { stdio: 'ignore' });
  ripgrep.push(performance.now() - start);
}
process.stdout.write(JSON.stringify({ ours, scan: scans, first, ripgrep, megabytes: Math.round(size / 1e6) }));
