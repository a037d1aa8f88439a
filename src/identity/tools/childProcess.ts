import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { LiveResponseError } from '../../base/errors.ts';
import { system32 } from './childEnvironment.ts';

/** A program to run: an absolute path and arguments. The program gets the arguments unchanged. */
export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Input of the program. By default there is none. */
  readonly input?: Uint8Array | undefined;
}

export interface ProcessLimits {
  readonly timeoutMs: number;
  /** Maximum size of output and errors together, bytes. */
  readonly maxOutput: number;
}

/**
 * The end of a process that ended by itself. The output may contain a token, so it is read, and never shown or logged.
 */
export interface Ended {
  readonly kind: 'ended';
  /** null if a signal ended the process. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

export type ProcessEnd =
  | Ended
  | { readonly kind: 'timeout' | 'tooMuchOutput' }
  | { readonly kind: 'notStarted'; readonly systemCode: string | undefined };

/**
 * Runs a program without a shell and without a window. It has no input but the given one. Ends the program and all processes that it
 * started, if it takes too long, if it writes too much, or if the caller cancels.
 *
 * @throws LiveResponseError `cancelled` if the signal was aborted
 */
export function runProcess(
  invocation: Invocation,
  platform: NodeJS.Platform,
  limits: ProcessLimits,
  signal: AbortSignal,
): Promise<ProcessEnd> {
  const { file, args, environment, input } = invocation;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new LiveResponseError('cancelled'));
      return;
    }
    const child = spawn(file, args, {
      shell: false,
      env: environment,
      // Python looks for modules in the working directory. Azure CLI reads `.azure/config` there and in the folders
      // above. So the program never runs in a workspace. It runs in its own folder: anyone who can write to that folder
      // can replace the program anyway.
      cwd: (platform === 'win32' ? path.win32 : path.posix).dirname(file),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // `az` is a script that starts Python. A separate process group lets us end both together.
      detached: platform !== 'win32',
    });
    // A program that ends before it has read everything is no failure of ours.
    child.stdin?.on('error', () => undefined).end(input);
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const finish = (end: ProcessEnd): void => {
      over();
      resolve(end);
    };
    const stop = (kind: 'timeout' | 'tooMuchOutput'): void => {
      endTree(child, platform, environment);
      finish({ kind });
    };
    const onAbort = (): void => {
      over();
      endTree(child, platform, environment);
      reject(new LiveResponseError('cancelled'));
    };
    const timer = setTimeout(stop, limits.timeoutMs, 'timeout');
    signal.addEventListener('abort', onAbort);
    const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.maxOutput) stop('tooMuchOutput');
      else chunks.push(chunk);
    };
    child.stdout?.on('data', collect(output));
    child.stderr?.on('data', collect(errors));
    child.on('error', (error: NodeJS.ErrnoException) => {
      finish({ kind: 'notStarted', systemCode: error.code });
    });
    child.on('close', (exitCode) => {
      finish({ kind: 'ended', exitCode, output: textOf(output), errors: textOf(errors) });
    });
  });
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

/** Ends a process with its descendants, as far as the system knows them. */
function endTree(child: ChildProcess, platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): void {
  // The output is no longer read. A descendant that escaped and still writes must not keep this process alive.
  child.stdout?.destroy();
  child.stderr?.destroy();
  const { pid } = child;
  if (pid === undefined) return;
  if (platform === 'win32') {
    const taskkill = path.win32.join(system32(environment), 'taskkill.exe');
    spawn(taskkill, ['/PID', pid.toString(), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => {
      child.kill();
    });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The process had already ended.
  }
}
