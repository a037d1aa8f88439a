import { glob, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { startBrowser } from './browser.ts';
import type { HostMessage, HostTestResult } from './hostMessages.ts';
import { RigError } from './processes.ts';
import { installFolder, installVsix, startVsCode } from './server.ts';
import type { VsCodeOptions } from './server.ts';

/** Tests that run inside the extension host, and the place where they run. */
export interface HostRunOptions extends VsCodeOptions {
  /** Folder of the extension under development, with its package.json. */
  readonly extensionPath: string;
  /** The runner that {@link bundleTests} made. */
  readonly testsModule: string;
  /** Folder that the window opens; none by default. */
  readonly workspaceFolder?: string;
  /** Further extensions: folders, or packages that end in `.vsix`. */
  readonly extraExtensions?: readonly string[];
  /** A regular expression: only tests whose titles match are run. */
  readonly grep?: string;
  /** Time for one test; 20 s by default. In milliseconds. */
  readonly testTimeoutMs?: number;
  /** Time for the whole run; 5 minutes by default. In milliseconds. */
  readonly timeoutMs?: number;
  /** Told of each result as it comes. */
  readonly onResult?: (result: HostTestResult) => void;
}

/** Outcome of a run inside the extension host. */
export interface HostRun {
  readonly tests: readonly HostTestResult[];
  /** Number of failed tests and hooks. */
  readonly failures: number;
  /** Lines that the tests and the extension wrote to the console, `level: text`. */
  readonly console: readonly string[];
}

/**
 * Bundles test files for the extension host, one CommonJS file each, and the runner that runs them all.
 * `vscode` is left to VS Code, `mocha` is mapped to the runner's global functions.
 *
 * @param entryGlobs - which files; each name must end in `.test.ts`
 * @returns the path of the runner, for `testsModule`
 * @throws RigError when no file matches
 */
export async function bundleTests(entryGlobs: string | readonly string[], outDir: string): Promise<string> {
  const entries: string[] = [];
  const patterns = [entryGlobs].flat();
  for await (const file of glob(patterns)) entries.push(resolve(file));
  if (entries.length === 0)
    throw new RigError(`No test file matches ${patterns.join(', ')}. Correct the pattern or the working folder.`);
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const shared: BuildOptions = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    logLevel: 'error',
    external: ['vscode'],
  };
  const mocha = join(import.meta.dirname, 'mochaGlobals.cjs');
  await build({ ...shared, entryPoints: entries, outdir: outDir, outExtension: { '.js': '.cjs' }, alias: { mocha } });
  const runner = join(outDir, 'runner.cjs');
  await build({ ...shared, entryPoints: [join(import.meta.dirname, 'hostRunner.ts')], outfile: runner });
  return runner;
}

/** Listens for the report of one run. */
async function listenForReport(
  options: HostRunOptions,
): Promise<{ port: number; finished: Promise<HostRun>; close: () => void }> {
  const tests: HostTestResult[] = [];
  const lines: string[] = [];
  const server = createServer();
  const finished = new Promise<HostRun>((settle, reject) => {
    server.on('connection', (socket) => {
      let ended = false;
      socket.on('error', () => undefined); // a reset is a close, and that is told below
      const reader = createInterface({ input: socket });
      reader.on('line', (line) => {
        const message = JSON.parse(line) as HostMessage;
        if (message.kind === 'console') {
          lines.push(`${message.level}: ${message.text}`);
        } else if (message.kind === 'test') {
          const { title, state, durationMs, error } = message;
          const result = { title, state, durationMs, ...(error === undefined ? {} : { error }) };
          tests.push(result);
          options.onResult?.(result);
        } else if (message.kind === 'end') {
          ended = true;
          if (tests.length === 0)
            reject(
              new RigError('No test ran in the extension host. Correct the file pattern or the filter of titles.'),
            );
          settle({ tests, failures: message.failures, console: lines });
        } else if (!ended) {
          ended = true;
          reject(
            new RigError(`The tests could not be run in the extension host. Correct what this says:\n${message.error}`),
          );
        }
      });
      reader.on('close', () => {
        const last = tests.at(-1)?.title ?? 'none';
        if (!ended)
          reject(
            new RigError(
              `The extension host ended in the middle of the tests (last result: ${last}). Look for a crash in the next test.`,
            ),
          );
      });
    });
  });
  finished.catch(() => undefined); // a failure before anybody waits must not end this process
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, finished, close: () => void server.close() };
}

/**
 * Starts VS Code with the extension under development and runs the bundled tests inside its extension host.
 * Test failures are part of the result; they do not throw.
 *
 * @throws RigError when the window or the runner does not get that far, with the last lines of the log, or no test ran
 */
export async function runInExtensionHost(options: HostRunOptions): Promise<HostRun> {
  const temporary = await mkdtemp(join(tmpdir(), 'vscode-rig-host-'));
  try {
    return await runWithExtensions({ ...options, extensionsDir: options.extensionsDir ?? temporary });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function runWithExtensions(options: HostRunOptions & { readonly extensionsDir: string }): Promise<HostRun> {
  for (const extra of options.extraExtensions ?? []) {
    if (extra.endsWith('.vsix')) await installVsix(options.version, extra, options.extensionsDir);
    else await installFolder(extra, options.extensionsDir);
  }
  const report = await listenForReport(options);
  const env = {
    ...options.env,
    RIG_REPORT_PORT: String(report.port),
    RIG_MOCHA_URL: import.meta.resolve('mocha'),
    RIG_GREP: options.grep,
    RIG_TEST_TIMEOUT_MS: String(options.testTimeoutMs ?? 20_000),
  };
  const timeoutMs = options.timeoutMs ?? 300_000;
  const server = await startVsCode({ ...options, env, smokeTestDriver: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const browser = await startBrowser();
    try {
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const log = [...browser.consoleLines().slice(-20), server.logs().slice(-2000)].join('\n');
          reject(
            new RigError(`The tests did not end within ${timeoutMs / 1000} s. Look for a test that hangs.\n${log}`),
          );
        }, timeoutMs);
      });
      const payload = [
        ['extensionDevelopmentPath', server.remoteUri(options.extensionPath)],
        ['extensionTestsPath', server.remoteUri(options.testsModule)],
      ] as const;
      const folder = options.workspaceFolder === undefined ? {} : { folder: options.workspaceFolder };
      await browser.page.goto(server.urlFor({ ...folder, payload }));
      return await Promise.race([report.finished, late]);
    } finally {
      await browser.stop();
    }
  } finally {
    clearTimeout(timer);
    await server.stop();
    report.close();
  }
}
