import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** A failure that a reader can act on: its message says what happened and what to do next. */
export class RigError extends Error {
  override readonly name = 'RigError';
}

/** A started program with everything that it started itself. */
export interface StartedProcess {
  readonly child: ChildProcess;
  /** Settles with the exit code, or with the signal's name, when the program has ended. */
  readonly ended: Promise<number | string>;
  /** Ends the program and all that it started; returns when it is gone. May be called again. */
  stop(): Promise<void>;
}

/** Time that a program gets to end by itself before it is killed, in milliseconds. */
const graceMs = 4000;

const onShutdown = new Set<() => Promise<void>>();
const running = new Set<ChildProcess>();
let listening = false;
let stopping: Promise<void> | undefined;

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

function shutDown(signal: NodeJS.Signals): void {
  // A second signal finds the shutdown under way and changes nothing.
  stopping ??= Promise.allSettled([...onShutdown].map((stop) => stop())).then(() => {
    process.exit(process.exitCode ?? 128 + constants.signals[signal]);
  });
}

function listen(): void {
  if (listening) return;
  listening = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, shutDown);
  process.on('exit', () => {
    for (const child of running) killGroup(child, 'SIGKILL');
  });
}

/**
 * Has `stop` called when this process is told to end (SIGINT, SIGTERM, SIGHUP).
 *
 * @returns a function that takes the registration back
 */
export function stopAtShutdown(stop: () => Promise<void>): () => void {
  listen();
  onShutdown.add(stop);
  return () => {
    onShutdown.delete(stop);
  };
}

/**
 * Starts a program in a process group of its own, so that it can be ended together with its children.
 * Its output is to be read from `child.stdout` and `child.stderr`.
 */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): StartedProcess {
  listen();
  const child = spawn(command, args, {
    ...options,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = new Promise<number | string>((resolve) => {
    child.on('error', (error) => {
      running.delete(child);
      resolve(error.message);
    });
    child.on('exit', (code, signal) => {
      // Children that outlived the program belong to its group still.
      killGroup(child, 'SIGKILL');
      running.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  const stop = async (): Promise<void> => {
    killGroup(child, 'SIGTERM');
    const timer = setTimeout(() => {
      killGroup(child, 'SIGKILL');
    }, graceMs);
    await ended;
    clearTimeout(timer);
    unregister();
  };
  const unregister = stopAtShutdown(stop);
  void ended.then(unregister);
  return { child, ended, stop };
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote, standard output and error together
 * @throws RigError with the output and `nextStep` when it does not exit with 0
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  nextStep: string,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const started = startProcess(command, args, options);
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  started.child.stdout?.on('data', collect);
  started.child.stderr?.on('data', collect);
  const result = await started.ended;
  if (result !== 0) {
    throw new RigError(`"${command} ${args.join(' ')}" failed (${result}). ${nextStep}\n${output.trim()}`);
  }
  return output;
}
