// Runs inside the extension host, bundled to CommonJS. Activates the one extension that the bench assigns, and reports
// how long that took.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, extensions } from 'vscode';

/** The bench's answer to `next`. */
export interface Assignment {
  /** Id of the extension to activate. */
  readonly target: string;
  /** Ids of all extensions under test: none of them may be active before. */
  readonly all: readonly string[];
}

/** The body of `done`, which the bench receives. */
export interface Report {
  readonly target: string;
  /** Process id of the extension host: each report must come from another process. */
  readonly pid: number;
  readonly ms: number;
  /** The failure; undefined when the time counts. */
  readonly error?: string;
}

/** Number of idle steps in a row. In an idle step host and page answer in time and no extension is activated. */
const IDLE_STEPS = 40;
const STEP_MS = 20;
const LATE_MS = 15;
const IDLE_WITHIN_MS = 10_000;

/** Returns at once, so that the host's own start is not held up. */
export function activate(): void {
  void measure();
}

async function measure(): Promise<void> {
  const { target, all } = (await ask('next')) as Assignment;
  const report = await activateTarget(target, all).catch((error: unknown): Report => ({
    target,
    pid: process.pid,
    ms: NaN,
    error: String(error),
  }));
  await ask('done', report);
}

async function activateTarget(target: string, all: readonly string[]): Promise<Report> {
  const extension = extensions.getExtension(target);
  if (extension === undefined) throw new Error(`${target} is not installed.`);
  await untilIdle();
  const early = all.filter((id) => extensions.getExtension(id)?.isActive !== false);
  if (early.length > 0) throw new Error(`${early.join(', ')} was active before, or is not installed.`);
  const start = performance.now();
  await extension.activate();
  const ms = performance.now() - start;
  if (!extension.isActive) throw new Error(`${target} is not active.`);
  return { target, pid: process.pid, ms };
}

/** Waits until VS Code's own extensions have started and host and page are idle, but at most 10 s on a busy machine. */
async function untilIdle(): Promise<void> {
  const end = performance.now() + IDLE_WITHIN_MS;
  let quiet = 0;
  let active = 0;
  while (quiet < IDLE_STEPS) {
    const start = performance.now();
    if (start > end) return;
    await sleep(STEP_MS);
    // Activation calls the page as well, so the page must answer at once.
    await commands.executeCommand('setContext', 'bench.idle', true);
    const late = performance.now() - start - STEP_MS > LATE_MS;
    const now = extensions.all.filter(({ isActive }) => isActive).length;
    quiet = late || now !== active ? 0 : quiet + 1;
    active = now;
  }
}

/** Calls the bench without fetch: VS Code replaces fetch, and loads its proxy code for it. */
async function ask(what: 'next' | 'done', body?: Report): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const url = `${process.env['ACTIVATION_BENCH_URL'] ?? ''}${what}`;
    const call = request(url, { method: 'POST', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(JSON.parse(text));
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? '{}' : JSON.stringify(body));
  });
}
