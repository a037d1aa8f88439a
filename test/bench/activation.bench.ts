import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { startBrowser } from '../rig/browser.ts';
import { RigError } from '../rig/processes.ts';
import { installFolder, installVsix, startVsCode } from '../rig/server.ts';
import type { Assignment, Report } from './activationHarness.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { describeSpread, median, rounded } from './measurement.ts';

/** Number of fresh extension hosts for each of the two extensions, a multiple of 2. */
const ROUNDS = 18;
/** Rounds for each of the two that do not count: the first hosts also warm up the page and the disk's cache. */
const WARM_UP_ROUNDS = 1;
const HOST_MS = 60_000;

const EMPTY = 'bench.empty';
const EMPTY_MAIN = `'use strict';
exports.activate = () => {};
exports.deactivate = () => {};
`;

/**
 * Compares our activation with that of an extension that does nothing. Both are installed in the same VS Code. Each
 * extension host (a process of its own) activates only one of them, through the API, once the host is idle: A B B A A B
 * B A …
 */
export async function benchActivation({ vsix, progress }: BenchContext): Promise<readonly Measurement[]> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'bench-activation-'));
  try {
    const ours = await ownId();
    const extensionsDir = path.join(temporary, 'extensions');
    // Folders first: after the installation of a package VS Code lists the extensions and does not search the folder
    // again.
    await installFolder(await writeEmptyExtension(path.join(temporary, 'empty')), extensionsDir);
    await installFolder(await writeHarness(path.join(temporary, 'harness')), extensionsDir);
    await installVsix('newest', vsix, extensionsDir);

    const warmUp = alternate(ours, EMPTY, WARM_UP_ROUNDS);
    const reports = await activateInFreshHosts(extensionsDir, [...warmUp, ...alternate(ours, EMPTY, ROUNDS)], progress);
    const counted = reports.slice(warmUp.length);
    const times = (id: string): number[] => counted.filter(({ target }) => target === id).map(({ ms }) => ms);
    const floor = median(times(EMPTY));
    return [
      {
        name: 'activation.vsEmptyExtension',
        value: rounded(median(times(ours)) / floor),
        unit: 'ratio',
        floor: rounded(floor),
        goal: '<= 2.5',
        note: `ours ${describeSpread(times(ours), 'ms')}, empty ${describeSpread(times(EMPTY), 'ms')}, ${ROUNDS} hosts each`,
      },
    ];
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Returns A B B A A B B A …: neither is always first, and a machine that slows down slows both. */
function alternate(a: string, b: string, rounds: number): readonly string[] {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? [a, b] : [b, a])).flat();
}

async function ownId(): Promise<string> {
  const { publisher, name } = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, string>;
  return `${publisher ?? ''}.${name ?? ''}`;
}

async function writeEmptyExtension(folder: string): Promise<string> {
  await writeManifest(folder, { name: 'empty', main: './main.js' });
  await writeFile(path.join(folder, 'main.js'), EMPTY_MAIN);
  return folder;
}

async function writeHarness(folder: string): Promise<string> {
  await writeManifest(folder, { name: 'harness', main: './main.cjs', activationEvents: ['onStartupFinished'] });
  await build({
    entryPoints: [path.join(import.meta.dirname, 'activationHarness.ts')],
    outfile: path.join(folder, 'main.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'error',
  });
  return folder;
}

async function writeManifest(folder: string, manifest: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const common = { publisher: 'bench', version: '1.0.0', engines: { vscode: '^1.106.0' } };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...common, ...manifest }));
}

/**
 * Activates one extension of the plan in each fresh host. Every reload of the page makes its server start another
 * extension host.
 */
async function activateInFreshHosts(
  extensionsDir: string,
  plan: readonly string[],
  progress: (line: string) => void,
): Promise<readonly Report[]> {
  const conductor = await startConductor(plan);
  try {
    const env = { ACTIVATION_BENCH_URL: conductor.url };
    const server = await startVsCode({ version: 'newest', extensionsDir, env });
    try {
      const browser = await startBrowser();
      try {
        const reports: Report[] = [];
        for (const target of plan) {
          const reported = conductor.assign(target);
          await browser.page.goto(server.urlFor());
          const report = await reported;
          if (reports.some(({ pid }) => pid === report.pid))
            throw new RigError('An extension host was measured twice.');
          reports.push(report);
          if (reports.length % 10 === 0) progress(`${reports.length} of ${plan.length} extension hosts`);
        }
        return reports;
      } catch (error) {
        const lines = browser.consoleLines().filter((line) => !line.includes('Could not locate the bindings file'));
        const log = [...lines.slice(-10), server.logs().slice(-2000)].join('\n');
        throw new RigError(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
      } finally {
        await browser.stop();
      }
    } finally {
      await server.stop();
    }
  } finally {
    conductor.close();
  }
}

interface Conductor {
  readonly url: string;
  /** Assigns this extension to the next extension host and returns the host's report. */
  readonly assign: (target: string) => Promise<Report>;
  readonly close: () => void;
}

/** Starts the server that the harness in the extension host calls. */
async function startConductor(plan: readonly string[]): Promise<Conductor> {
  const all = [...new Set(plan)];
  let target = '';
  let settle: (report: Report) => void = () => undefined;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const assignment: Assignment = { target, all };
      response.end(JSON.stringify(assignment));
      if (request.url === '/done') settle(JSON.parse(body) as Report);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    assign: async (next) => {
      target = next;
      const { promise, resolve, reject } = Promise.withResolvers<Report>();
      const timer = setTimeout(() => {
        reject(new RigError(`No extension host reported on ${next} within ${HOST_MS / 1000} s.`));
      }, HOST_MS);
      settle = resolve;
      const report = await promise.finally(() => {
        clearTimeout(timer);
      });
      if (report.error !== undefined || report.target !== next)
        throw new RigError(`${next} was not measured: ${report.error ?? `${report.target} was`}`);
      return report;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
