import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { CoverageMerge } from './coverageMerge.ts';
import type { FileBranches } from './coverageMerge.ts';

/*
 * Measures which branches of the rooms that hold evidence the tests in Node take, by V8's own blocks: of every process
 * that a test starts, and of every thread. There are no comments that leave code out. Writes docs/design/coverage.md.
 *
 * Usage: npm run coverage [-- PART or FILE …]: with parts or files it prints, and writes nothing.
 */

/** Rooms that are measured. */
const ROOMS = ['defender', 'evidence', 'storage', 'results', 'actions', 'runs', 'worker'];
/** Parts of the test suite that run in Node alone. */
const PARTS = ['unit', 'client', 'signin', 'faults', 'field', 'fuzz', 'security', 'story', 'endurance'];
/**
 * Tests of what is built and written, which run nothing of the rooms; tests in the workbench; one that compares the whole
 * environment of a program that it starts, to which Node adds the folder of the counters; and one that fills pages of
 * text for minutes where each block is counted.
 */
const ELSEWHERE = [
  'test/unit/package/',
  'test/security/workbench/',
  'test/security/hostileTexts.test.ts',
  'test/unit/identity/tools/commandLineTokens.test.ts',
];
const GOAL_PERCENT = 97;
const DOCUMENT = 'docs/design/coverage.md';
/** Reasons for branches that no test takes, by file and by a piece of the line. */
const REASONS = 'scripts/coverageReasons.json';
/** Longest time of a test file, ms: V8 counts slow code down, and other work may be under way. */
const LIMIT_MS = 900_000;
/** Share of the mutations of each fuzz test. More find no new branch: what they find is kept as a regression. */
const FUZZ_RUNS = '0.05';

async function main(wanted: readonly string[]): Promise<number> {
  const parts = wanted.length === 0 ? PARTS : wanted;
  const files = await longestFirst((await Promise.all(parts.map(testsIn))).flat());
  console.log(`${files.length} files of ${parts.join(', ')}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'coverage-'));
  const merge = new CoverageMerge(
    process.cwd(),
    ROOMS.map((room) => `src/${room}`),
  );
  const failed: string[] = [];
  try {
    // Code that no test loads counts as code that never ran.
    await runCounted(['--input-type=module', '--eval', await importAll()], merge, path.join(folder, 'all'));
    const waiting = files.entries();
    const work = async (): Promise<void> => {
      for (const [at, file] of waiting) {
        const start = Date.now();
        const isPassed = await runCounted([file], merge, path.join(folder, at.toString()));
        if (!isPassed) failed.push(file);
        console.log(`${isPassed ? '✔' : '✖'} ${file} ${((Date.now() - start) / 1000).toFixed(1)} s`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const measured = merge.branches();
  const text = await write(measured);
  console.log(text);
  for (const file of failed) console.error(`✖ ${file} failed, so less was taken than can be.`);
  if (wanted.length === 0 && failed.length === 0) await writeFile(DOCUMENT, text);
  return failed.length === 0 && total(measured).percent >= GOAL_PERCENT ? 0 : 1;
}

/** Runs a test file with V8's counters, adds what they say, and returns whether it passed. */
async function runCounted(args: readonly string[], merge: CoverageMerge, folder: string): Promise<boolean> {
  await mkdir(folder);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: folder, FUZZ_RUNS },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) console.error(output);
  await merge.add(folder);
  await rm(folder, { recursive: true });
  return code === 0;
}

/** Returns a program that loads every file of the rooms, and calls nothing. */
async function importAll(): Promise<string> {
  const files = (await Promise.all(ROOMS.map((room) => filesIn(path.join('src', room))))).flat();
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `await import(${JSON.stringify(pathToFileURL(path.resolve(file)).href)});`)
    .join('\n');
}

async function testsIn(partOrFile: string): Promise<string[]> {
  if (partOrFile.endsWith('.test.ts')) return [partOrFile];
  const folder = PARTS.includes(partOrFile) ? path.join('test', partOrFile) : partOrFile;
  const files = await filesIn(folder);
  return files.filter((file) => file.endsWith('.test.ts') && !ELSEWHERE.some((one) => file.startsWith(one)));
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).map((file) => path.join(folder, file).replaceAll('\\', '/'));
}

/** The files with the most text first, so that no long one is left for the end, when nothing runs beside it. */
async function longestFirst(files: readonly string[]): Promise<string[]> {
  const sized = await Promise.all(files.map(async (file) => ({ file, size: (await stat(file)).size })));
  return sized.sort((one, other) => other.size - one.size).map(({ file }) => file);
}

function total(files: readonly FileBranches[]): {
  readonly taken: number;
  readonly all: number;
  readonly percent: number;
} {
  const all = files.reduce((sum, file) => sum + file.all, 0);
  const taken = all - files.reduce((sum, file) => sum + file.left.length, 0);
  return { taken, all, percent: all === 0 ? 0 : (100 * taken) / all };
}

async function write(files: readonly FileBranches[]): Promise<string> {
  const reasons = existsSync(REASONS)
    ? (JSON.parse(await readFile(REASONS, 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>)
    : {};
  const reasonOf = (file: string, text: string): string =>
    Object.entries(reasons[file] ?? {}).find(([piece]) => text.includes(piece))?.[1] ?? 'not examined yet';
  const rows = [...ROOMS, undefined].map((room) => {
    const { taken, all, percent } = total(
      files.filter(({ file }) => room === undefined || file.startsWith(`src/${room}/`)),
    );
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
    `Written by \`npm run coverage\`: the branches, as V8 counts them, that the tests in Node (${PARTS.join(', ')}) take, with the processes and threads that they start. Tests in the workbench are not counted. No comment leaves code out. The goal is ${GOAL_PERCENT} %.`,
    '',
    'V8 reports a block where its count is not that of the code around it. A block counts as one branch, and so does a function. It was taken if any process took it.',
    '',
    '| room | branches taken | share |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '## Branches that no test takes',
    '',
    '| place | code | reason |',
    '| --- | --- | --- |',
    ...left,
    '',
  ].join('\n');
  const config = await resolveConfig(DOCUMENT);
  return format(text, { ...config, parser: 'markdown' });
}

process.exitCode = await main(process.argv.slice(2));
