import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, readdir, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { bundleTests, runInExtensionHost } from '../test/rig/extensionHost.ts';
import { ensureChromium, ensureVsCode } from '../test/rig/install.ts';
import type { VsCodeVersion } from '../test/rig/install.ts';
import { checkRequests } from '../test/secrets/checkRequests.ts';
import { checkRun } from '../test/secrets/checkRun.ts';
import { openRunFolder, partsOf } from '../test/secrets/runFolder.ts';
import { startLocalTenant } from '../test/tenant/localTenant.ts';
import { hostEnvironment, TENANT_START } from '../test/vscode/support/hostEnvironment.ts';
import { packageExtension, SBOM, SUMS, VSIX } from './package.ts';
import { filesOf, LONG, SELECTIONS } from './selections.ts';

interface Count {
  passed: number;
  failed: number;
}

/** Means that every part gets besides its count. */
interface Given {
  /** Folder that keeps everything that the parts leave behind, while a run looks at it. */
  readonly runFolder: string | undefined;
  /** Whether every part runs. */
  readonly isComplete: boolean;
  /** Settle when Chromium is installed, and when every VS Code is, too. */
  readonly chromium: Promise<unknown>;
  readonly vsCode: Promise<unknown>;
}

/** Parts that open a real VS Code. */
const IN_VS_CODE: ReadonlySet<string> = new Set(['security', 'vscode', 'ui']);

/** Files that run side by side where each keeps a processor busy. */
const SIDE_BY_SIDE = Math.min(availableParallelism(), 4);

/** Parts whose files run as one turn: alone, each part would leave processors idle at its end. */
interface Turn {
  readonly parts: readonly string[];
  readonly sideBySide: number;
  /** Waits for what has to be installed before. */
  readonly ready: (given: Given, parts: readonly string[]) => Promise<unknown>;
}

const TURNS: readonly Turn[] = [
  {
    parts: ['unit', 'client', 'signin', 'faults', 'story', 'endurance', 'fuzz', 'field'],
    // Some files wait for clocks and servers most of the time.
    sideBySide: SIDE_BY_SIDE + 1,
    ready: async ({ chromium }, parts) => {
      if (parts.includes('signin')) await chromium;
    },
  },
  { parts: ['security', 'ui'], sideBySide: SIDE_BY_SIDE, ready: ({ vsCode }) => vsCode },
];

/** Parts that run in another way. `vscode` runs between the turns, `secrets` after all others. */
const OTHERS: Readonly<Record<string, (count: Count, given: Given) => Promise<void>>> = {
  vscode: (count, given) => runHostTests(['test/vscode/**/*.test.ts'], count, given),
  secrets: checkSecrets,
};

/** The parts of the test suite, in the order in which they tell most for the time they take. */
const PARTS: readonly string[] = [...(TURNS[0]?.parts ?? []), 'vscode', ...(TURNS[1]?.parts ?? []), 'secrets'];

async function main(wanted: readonly string[]): Promise<number> {
  const selected = wanted.filter((name) => Object.hasOwn(SELECTIONS, name));
  const unknown = wanted.filter((name) => !PARTS.includes(name) && !selected.includes(name));
  if (unknown.length > 0) {
    console.error(
      `No such part: ${unknown.join(', ')}. There are: ${[...PARTS, ...Object.keys(SELECTIONS)].join(', ')}.`,
    );
    return 2;
  }
  keepCompiled();
  const names = PARTS.filter((name) => wanted.length === 0 || wanted.includes(name));
  const kept = names.includes('secrets') ? await startRun() : undefined;
  const given = {
    runFolder: kept,
    isComplete: wanted.length === 0,
    ...install(selected.length > 0 ? [...names, 'ui'] : names),
  };
  // Built once: parts that need the extension take it as it ships.
  if (selected.length > 0 || names.some((name) => IN_VS_CODE.has(name) || name === 'unit')) {
    process.env['LIVE_RESPONSE_VSIX'] = await packageAside();
  }
  const total: Count = { passed: 0, failed: 0 };
  const runPart = async (name: string, work: () => Promise<void> | undefined): Promise<void> => {
    console.log(`\n── ${name} ──`);
    const [start, before] = [Date.now(), processorTime()];
    try {
      await work();
    } catch (error) {
      total.failed++;
      console.error(error);
    }
    const after = processorTime();
    const busy = Math.round((100 * (after.busy - before.busy)) / (after.all - before.all));
    console.log(`── ${name}: ${Math.round((Date.now() - start) / 1000)} s, processors ${busy} % busy`);
  };
  if (selected.length > 0) await runPart(selected.join(', '), () => runSelected(selected, total, given));
  const runTurn = async (turn: Turn | undefined): Promise<void> => {
    const parts = names.filter((name) => turn?.parts.includes(name));
    if (turn === undefined || parts.length === 0) return;
    await runPart(parts.join(', '), async () => {
      await turn.ready(given, parts);
      const files = await Promise.all(parts.map((part) => testsIn(`test/${part}`)));
      await runNodeTests(files.flat(), total, turn.sideBySide);
    });
  };
  const runOther = async (name: string): Promise<void> => {
    if (names.includes(name)) await runPart(name, () => OTHERS[name]?.(total, given));
  };
  await runTurn(TURNS[0]);
  await runOther('vscode');
  await runTurn(TURNS[1]);
  await runOther('secrets');
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/**
 * Lets the processes of this run share what Node made of each file: types taken away, and compiled. There are hundreds
 * of processes, and each loads a good part of `src`.
 */
function keepCompiled(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'live-response-compiled-'));
  removeAtEnd(folder);
  process.env['NODE_COMPILE_CACHE'] = folder;
}

function removeAtEnd(folder: string): void {
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
}

/**
 * Packages the extension, with all that is published beside it, where no test that packages it again removes it. When
 * this process ends, it is removed.
 */
async function packageAside(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'live-response-vsix-'));
  removeAtEnd(folder);
  for (const file of [await packageExtension(), SBOM, SUMS])
    await copyFile(file, path.join(folder, path.basename(file)));
  return path.join(folder, path.basename(VSIX));
}

/**
 * Installs what the parts need and a new machine lacks, while the first parts run. Once for all: files that run side by
 * side would each begin it.
 */
function install(names: readonly string[]): Pick<Given, 'chromium' | 'vsCode'> {
  const inVsCode = names.some((name) => IN_VS_CODE.has(name));
  const chromium = inVsCode || names.includes('signin') ? ensureChromium() : Promise.resolve();
  const both = async (): Promise<void> => {
    await chromium;
    await ensureVsCode('oldest');
    await ensureVsCode('newest');
  };
  const vsCode = inVsCode ? both() : Promise.resolve();
  // A part that needs it tells why it is not there.
  for (const work of [chromium, vsCode]) work.catch(() => undefined);
  return { chromium, vsCode };
}

/** From here on all that the parts leave behind is kept, and what they print; when this process ends it is removed. */
async function startRun(): Promise<string> {
  const folder = await openRunFolder();
  removeAtEnd(folder);
  const output = path.join(partsOf(folder).kept, 'output.log');
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: []) => {
      appendFileSync(output, chunk);
      return write(chunk, ...rest);
    };
  }
  return folder;
}

/**
 * The last part: no secret that a tenant of this run made is in anything that the parts before left behind, and no
 * request was a write.
 */
async function checkSecrets(count: Count, { runFolder, isComplete }: Given): Promise<void> {
  if (count.passed + count.failed === 0) throw new Error('"secrets" looks at what other parts left: name some, too.');
  console.log(`✔ ${await checkRun(runFolder ?? '')}`);
  console.log(`✔ ${await checkRequests(runFolder ?? '', isComplete)}`);
  count.passed += 2;
}

/** Runs what belongs to one thing that a person does, each file once. */
async function runSelected(names: readonly string[], count: Count, given: Given): Promise<void> {
  const { beside, windows, inHost } = await filesOf(names);
  if (beside.length > 0) await runNodeTests(beside, count, SIDE_BY_SIDE);
  if (inHost.length > 0) await runHostTests(inHost, count, given);
  await given.vsCode;
  if (windows.length > 0) await runNodeTests(windows, count, SIDE_BY_SIDE);
}

async function testsIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(folder, file))
    .sort();
  if (files.length === 0) throw new Error(`${folder} holds no test.`);
  return files;
}

/** Runs files with Node's own test runner, each in a process of its own. */
async function runNodeTests(paths: readonly string[], count: Count, sideBySide: number): Promise<void> {
  const files = await longestFirst(paths);
  const events = run({ files, concurrency: sideBySide, execArgv: ['--disable-warning=ExperimentalWarning'] });
  let ran = 0;
  events.on('test:pass', ({ details }) => {
    if (details.type === 'suite') return;
    ran++;
    count.passed++;
  });
  events.on('test:fail', ({ details }) => {
    if (details.type === 'suite') return;
    ran++;
    count.failed++;
  });
  for await (const chunk of events.compose(spec)) process.stdout.write(chunk);
  if (ran === 0) throw new Error(`${files.join(', ')} ran no test.`);
}

/** The long files first, and then those with the most text, so that no long one is left when nothing runs beside it. */
async function longestFirst(paths: readonly string[]): Promise<string[]> {
  const sized = await Promise.all(
    paths.map(async (file) => ({
      file,
      size: LONG.includes(file.replaceAll(path.sep, '/')) ? Infinity : (await stat(file)).size,
    })),
  );
  return sized.sort((one, other) => (one.size === other.size ? 0 : other.size - one.size)).map(({ file }) => file);
}

/** Returns the time that the processors of this machine have been busy, and all of their time, in ms. */
function processorTime(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const used = times.user + times.nice + times.sys + times.irq;
    busy += used;
    all += used + times.idle;
  }
  return { busy, all };
}

/** Runs mocha inside the real extension host, on the oldest VS Code that is supported and on the newest, side by side. */
async function runHostTests(patterns: readonly string[], count: Count, { vsCode }: Given): Promise<void> {
  await vsCode;
  const testsModule = path.resolve(await bundleTests(patterns, 'out/vscode'));
  const versions: readonly VsCodeVersion[] = ['oldest', 'newest'];
  const runs = versions.map((version) => runHost(version, testsModule, count));
  // A version that fails must not leave the other one running.
  await Promise.allSettled(runs);
  await Promise.all(runs);
}

async function runHost(version: VsCodeVersion, testsModule: string, count: Count): Promise<void> {
  const lines = [`VS Code, ${version} supported`];
  const tenant = await startLocalTenant({ startedAt: TENANT_START });
  try {
    const result = await runInExtensionHost({
      version,
      extensionPath: process.cwd(),
      testsModule,
      extraExtensions: ['test/treeViews'],
      env: await hostEnvironment(tenant),
      onResult: ({ title, state, error }) => {
        lines.push(`${state === 'passed' ? '✔' : '✖'} ${title}${error === undefined ? '' : `\n${error}`}`);
      },
    });
    count.passed += result.tests.filter((test) => test.state === 'passed').length;
    count.failed += result.failures;
  } finally {
    // In one piece: the other version's lines come at the same time.
    console.log(lines.join('\n'));
    await tenant.stop();
  }
}

process.exitCode = await main(process.argv.slice(2));
