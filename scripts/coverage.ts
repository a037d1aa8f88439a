import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from 'node:test';
import { format, resolveConfig } from 'prettier';

/*
 * Measures which branches of the rooms that hold evidence the tests in Node take, by V8's own blocks. There are no
 * comments that leave code out. Writes docs/reference/coverage.md.
 */

/** Rooms that are measured. */
const ROOMS = ['defender', 'evidence', 'storage', 'results', 'actions', 'runs', 'worker'];
/** Parts of the test suite that run in Node alone. */
const PARTS = ['unit', 'client', 'faults', 'field', 'fuzz', 'story', 'endurance'];
const GOAL_PERCENT = 97;
const DOCUMENT = 'docs/reference/coverage.md';
/** Reasons for branches that no test takes, by file and by a piece of the line. */
const REASONS = 'scripts/coverageReasons.json';
/** Entry points of bundles that VS Code runs as threads of their own. Nothing but the message loop is in them. */
const RUN_ELSEWHERE: ReadonlySet<string> = new Set(['src/worker/main.ts']);

interface Branch {
  readonly line: number;
  readonly count: number;
}

/** The part of the summary of Node's test runner that is read here. */
interface FileSummary {
  readonly path: string;
  readonly branches: readonly Branch[];
}

async function main(parts: readonly string[]): Promise<number> {
  const files = (await Promise.all(parts.map(testsIn))).flat().sort();
  console.log(`${files.length} files of ${parts.join(', ')}`);
  const events = run({
    files,
    concurrency: 2,
    coverage: true,
    coverageIncludeGlobs: ROOMS.map((room) => `src/${room}/**/*.ts`),
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let summary: readonly FileSummary[] = [];
  let failed = 0;
  events.on('test:fail', ({ name, file, details }) => {
    if (details.type === 'suite') return;
    failed++;
    console.error(`✖ ${file ?? ''}: ${name}`);
  });
  events.on('test:coverage', (event) => {
    summary = event.summary.files;
  });
  // The runner works only while its events are read.
  for await (const { type } of events) if (type === 'test:summary') console.log('All tests have run.');
  const measured = await measure(summary);
  const text = await write(measured, parts);
  console.log(text);
  if (parts.length === PARTS.length) await writeFile(DOCUMENT, text);
  if (failed > 0) console.error(`${failed} tests failed, so less was taken than can be.`);
  return failed === 0 && total(measured).percent >= GOAL_PERCENT ? 0 : 1;
}

async function testsIn(part: string): Promise<string[]> {
  const folder = path.join('test', part);
  return (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(folder, file));
}

/** A file with its branches. */
interface MeasuredFile {
  readonly file: string;
  readonly room: string;
  readonly taken: number;
  readonly all: number;
  /** Branches that no test takes: line, and its text. */
  readonly left: readonly { readonly line: number; readonly text: string }[];
}

async function measure(summary: readonly FileSummary[]): Promise<MeasuredFile[]> {
  const measured: MeasuredFile[] = [];
  for (const { path: full, branches } of summary) {
    const file = path.relative(process.cwd(), full).replaceAll('\\', '/');
    if (RUN_ELSEWHERE.has(file)) continue;
    const lines = (await readFile(file, 'utf8')).split('\n');
    const left = branches
      .filter(({ count }) => count === 0)
      .map(({ line }) => ({ line, text: (lines[line - 1] ?? '').trim() }));
    const room = file.split('/')[1] ?? '';
    measured.push({ file, room, all: branches.length, taken: branches.length - left.length, left });
  }
  return measured.sort((one, other) => (one.file < other.file ? -1 : 1));
}

function total(files: readonly MeasuredFile[]): {
  readonly taken: number;
  readonly all: number;
  readonly percent: number;
} {
  const taken = files.reduce((sum, file) => sum + file.taken, 0);
  const all = files.reduce((sum, file) => sum + file.all, 0);
  return { taken, all, percent: all === 0 ? 0 : (100 * taken) / all };
}

async function write(files: readonly MeasuredFile[], parts: readonly string[]): Promise<string> {
  const reasons = existsSync(REASONS)
    ? (JSON.parse(await readFile(REASONS, 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>)
    : {};
  const reasonOf = (file: string, text: string): string =>
    Object.entries(reasons[file] ?? {}).find(([piece]) => text.includes(piece))?.[1] ?? 'not examined yet';
  const rows = [...ROOMS, undefined].map((room) => {
    const { taken, all, percent } = total(files.filter((file) => room === undefined || file.room === room));
    return `| ${room ?? '**all**'} | ${taken} of ${all} | ${percent.toFixed(1)} % |`;
  });
  const left = files.flatMap(({ file, left: open }) =>
    open.map(
      ({ line, text }) =>
        `| ${file}:${line} | \`${text.slice(0, 80).replaceAll('|', '\\|').replaceAll('`', "'")}\` | ${reasonOf(file, text)} |`,
    ),
  );
  const text = [
    '# Coverage of branches',
    '',
    `Written by \`npm run coverage\`: the branches, as V8 counts them, that the tests in Node (${parts.join(', ')}) take. Tests in the workbench are not counted. No comment leaves code out. The goal is ${GOAL_PERCENT} %.`,
    '',
    '| room | branches taken | share |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '## Branches that no test takes',
    '',
    '| place | line | reason |',
    '| --- | --- | --- |',
    ...left,
    '',
  ].join('\n');
  const config = await resolveConfig(DOCUMENT);
  return format(text, { ...config, parser: 'markdown' });
}

const wanted = process.argv.slice(2).filter((part) => PARTS.includes(part));
process.exitCode = await main(wanted.length === 0 ? PARTS : wanted);
