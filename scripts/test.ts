import { appendFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { bundleTests, runInExtensionHost } from '../test/rig/extensionHost.ts';
import type { VsCodeVersion } from '../test/rig/install.ts';
import { checkRun } from '../test/secrets/checkRun.ts';
import { openRunFolder, partsOf } from '../test/secrets/runFolder.ts';
import { startLocalTenant } from '../test/tenant/localTenant.ts';
import { hostEnvironment, TENANT_START } from '../test/vscode/support/hostEnvironment.ts';
import { packageExtension } from './package.ts';

interface Count {
  passed: number;
  failed: number;
}

/** The parts of the test suite, in the order in which they tell most for the time they take. */
const PARTS: Readonly<Record<string, (count: Count, runFolder: string | undefined) => Promise<void>>> = {
  unit: (count) => runNodeTests('test/unit', count, { parallel: true }),
  client: (count) => runNodeTests('test/client', count, { parallel: false }),
  signin: (count) => runNodeTests('test/signin', count, { parallel: false }),
  faults: (count) => runNodeTests('test/faults', count, { parallel: true }),
  fuzz: (count) => runNodeTests('test/fuzz', count, { parallel: false }),
  vscode: runHostTests,
  ui: (count) => runNodeTests('test/ui', count, { parallel: false }),
  secrets: checkSecrets,
};

async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(PARTS).join(', ')}.`);
    return 2;
  }
  const names = Object.keys(PARTS).filter((name) => wanted.length === 0 || wanted.includes(name));
  const runFolder = names.includes('secrets') ? await startRun() : undefined;
  // Built once: parts that need the extension take it as it ships.
  if (names.some((name) => name === 'vscode' || name === 'ui' || name === 'unit')) {
    process.env['LIVE_RESPONSE_VSIX'] = await packageExtension();
  }
  const total: Count = { passed: 0, failed: 0 };
  for (const name of names) {
    console.log(`\n── ${name} ──`);
    const start = Date.now();
    try {
      await PARTS[name]?.(total, runFolder);
    } catch (error) {
      total.failed++;
      console.error(error);
    }
    console.log(`── ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** From here on all that the parts leave behind is kept, and what they print; when this process ends it is removed. */
async function startRun(): Promise<string> {
  const folder = await openRunFolder();
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
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

/** The last part: no secret that a tenant of this run made is in anything that the parts before left behind. */
async function checkSecrets(count: Count, runFolder: string | undefined): Promise<void> {
  if (count.passed + count.failed === 0) throw new Error('"secrets" looks at what other parts left: name some, too.');
  console.log(`✔ ${await checkRun(runFolder ?? '')}`);
  count.passed++;
}

/** Runs the files of a folder with Node's own test runner, each in a process of its own. */
async function runNodeTests(folder: string, count: Count, options: { readonly parallel: boolean }): Promise<void> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(folder, file))
    .sort();
  if (files.length === 0) throw new Error(`${folder} holds no test.`);
  const events = run({ files, concurrency: options.parallel, execArgv: ['--disable-warning=ExperimentalWarning'] });
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
  if (ran === 0) throw new Error(`${folder} ran no test.`);
}

/** Runs mocha inside the real extension host, on the oldest VS Code that is supported and on the newest. */
async function runHostTests(count: Count): Promise<void> {
  const testsModule = await bundleTests('test/vscode/**/*.test.ts', 'out/vscode');
  for (const version of ['oldest', 'newest'] satisfies VsCodeVersion[]) {
    console.log(`VS Code, ${version} supported`);
    const tenant = await startLocalTenant({ startedAt: TENANT_START });
    try {
      const result = await runInExtensionHost({
        version,
        extensionPath: process.cwd(),
        testsModule: path.resolve(testsModule),
        env: await hostEnvironment(tenant),
        onResult: ({ title, state, error }) => {
          console.log(`${state === 'passed' ? '✔' : '✖'} ${title}${error === undefined ? '' : `\n${error}`}`);
        },
      });
      count.passed += result.tests.filter((test) => test.state === 'passed').length;
      count.failed += result.failures;
    } finally {
      await tenant.stop();
    }
  }
}

process.exitCode = await main(process.argv.slice(2));
