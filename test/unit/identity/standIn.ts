import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { waitFor } from '../../rig/waiting.ts';

/** The behavior of a stand-in for a command-line tool. */
export interface Plan {
  readonly output?: string;
  readonly errors?: string;
  readonly exitCode?: number;
  /** Runs until it is killed, with a child that holds its outputs. */
  readonly forever?: boolean;
  /** Writes without end. */
  readonly flood?: boolean;
  /** Ends after a call of {@link StandIns.release}. */
  readonly untilReleased?: boolean;
}

/** One run, from the program's view. */
export interface Run {
  readonly pid: number;
  readonly child: number | undefined;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** The whole input, up to its end. */
  readonly input: string;
}

const PROGRAM = `#!${process.execPath}
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const here = __dirname + '/';
const name = require('node:path').basename(__filename);
const plan = JSON.parse(fs.readFileSync(here + name + '.plan', 'utf8'));
const input = fs.readFileSync(0, 'utf8');
const child = plan.forever ? spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).pid : undefined;
const run = { pid: process.pid, child, args: process.argv.slice(2), environment: process.env, folder: process.cwd(), input };
fs.appendFileSync(here + name + '.runs', JSON.stringify(run) + '\\n');
process.stderr.write(plan.errors ?? '');
process.stdout.write(plan.output ?? '');
process.exitCode = plan.exitCode ?? 0;
if (plan.forever) setInterval(() => {}, 1000);
if (plan.flood) { const more = () => process.stdout.write('x'.repeat(65536), more); more(); }
if (plan.untilReleased) { const timer = setInterval(() => { if (fs.existsSync(here + 'released')) clearInterval(timer); }, 5); }
`;

/** A folder of programs that a test writes: real files, run as real processes. */
export class StandIns {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param name - the folder's last part, to prove that no shell reads it */
  static async create(name = 'bin'): Promise<StandIns> {
    const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'stand-ins-')));
    const folder = path.join(root, name);
    await mkdir(folder);
    return new StandIns(folder);
  }

  /** Writes a program, or changes its behavior. */
  async install(name: 'az' | 'pwsh', plan: Plan): Promise<void> {
    await writeFile(path.join(this.folder, `${name}.plan`), JSON.stringify(plan));
    await this.write(name, PROGRAM);
  }

  async write(name: string, text: string, mode = 0o755): Promise<void> {
    const file = path.join(this.folder, name);
    await writeFile(file, text);
    await chmod(file, mode);
  }

  async runs(name: 'az' | 'pwsh'): Promise<readonly Run[]> {
    const text = await readFile(path.join(this.folder, `${name}.runs`), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Run);
  }

  /** Waits until a program has begun. */
  async started(name: 'az' | 'pwsh'): Promise<Run> {
    return waitFor(`${name} to run`, async () => (await this.runs(name)).at(-1));
  }

  async release(): Promise<void> {
    await writeFile(path.join(this.folder, 'released'), '');
  }

  /** Waits until no process of any run is left, then removes the folder. */
  async remove(): Promise<void> {
    const runs = [...(await this.runs('az')), ...(await this.runs('pwsh'))];
    const pids = runs.flatMap(({ pid, child }) => [pid, ...(child === undefined ? [] : [child])]);
    await waitFor('all processes to be gone', () => !pids.some(isAlive));
    await rm(path.dirname(this.folder), { recursive: true });
  }
}

/**
 * Whether the process is alive or its exit code still unread: until then a killed process stays known to the system.
 */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
