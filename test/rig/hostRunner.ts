// Runs inside the extension host, bundled to CommonJS: VS Code calls `run`, which runs every test bundle
// beside this file with mocha and reports line by line to the rig's socket.
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { inspect } from 'node:util';
import type MochaModule from 'mocha';
import type { HostMessage } from './hostMessages.ts';

declare const require: (path: string) => unknown;
declare const __dirname: string;
declare const __filename: string;

/** The bundles hold CommonJS; VS Code's `require` is the one that knows the module `vscode`. */
function testBundles(): string[] {
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.test.cjs') && file !== basename(__filename)).sort();
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
}

/**
 * VS Code locks the methods of the console, so the whole console is replaced by one that inherits from it.
 * Its complaint about a native module is left out: the rig installs none.
 */
function reportConsole(send: (message: HostMessage) => void): void {
  const original = globalThis.console;
  const methods: PropertyDescriptorMap = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const value = (...values: unknown[]): void => {
      original[level](...values);
      if (values.some((part) => part instanceof Error && part.message.startsWith('Could not locate the bindings file')))
        return;
      send({
        kind: 'console',
        level,
        text: values.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' '),
      });
    };
    methods[level] = { value, writable: true };
  }
  globalThis.console = Object.create(original, methods) as Console;
}

/** Entry point of VS Code's `extensionTestsPath`; rejects when a test failed or nothing could be run. */
export async function run(): Promise<void> {
  const socket = connect(Number(process.env['RIG_REPORT_PORT']), '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const send = (message: HostMessage): void => {
    socket.write(`${JSON.stringify(message)}\n`);
  };
  reportConsole(send);
  try {
    const failures = await runMocha(send);
    send({ kind: 'end', failures });
    if (failures > 0) throw new Error(`${failures} tests failed`);
  } catch (error) {
    send({ kind: 'crash', error: describeError(error) });
    throw error;
  } finally {
    await new Promise<void>((resolve) => socket.end(resolve));
  }
}

async function runMocha(send: (message: HostMessage) => void): Promise<number> {
  const { default: Mocha } = (await import(process.env['RIG_MOCHA_URL'] ?? 'mocha')) as { default: typeof MochaModule };
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: Number(process.env['RIG_TEST_TIMEOUT_MS'] ?? 20_000),
    reporter: Mocha.reporters.Base,
  });
  const grep = process.env['RIG_GREP'];
  if (grep !== undefined && grep !== '') mocha.grep(new RegExp(grep));
  for (const file of testBundles()) {
    const path = join(__dirname, file);
    mocha.suite.emit('pre-require', globalThis, path, mocha);
    mocha.suite.emit('require', require(path), path, mocha);
    mocha.suite.emit('post-require', globalThis, path, mocha);
  }
  return new Promise((resolve) => {
    const runner = mocha.run(resolve);
    const report = (test: Mocha.Runnable, state: 'passed' | 'failed' | 'skipped', error?: unknown): void => {
      const title = test.titlePath().join(' › ');
      const failure = error === undefined ? {} : { error: describeError(error) };
      send({ kind: 'test', title, state, durationMs: test.duration ?? 0, ...failure });
    };
    runner.on('pass', (test) => {
      report(test, 'passed');
    });
    runner.on('pending', (test) => {
      report(test, 'skipped');
    });
    // Also failing hooks are told here; they have titles of their own.
    runner.on('fail', (test, error: unknown) => {
      report(test, 'failed', error);
    });
  });
}
