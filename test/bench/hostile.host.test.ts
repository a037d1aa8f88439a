import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { commands, ConfigurationTarget, env, Uri, window, workspace } from 'vscode';
import { registerFloor, shown, tell } from './hostParts.ts';
import type { HostileFile, HostileReport, LongestBlock, MemoryPeak } from './hostilePlan.ts';

/** Tick interval, in ms: shorter blocks look like a timer's own delay. */
const TICK_MS = 2;

/** Measures the longest time for which the extension host was blocked. */
class Holds {
  #last = performance.now();
  #longest = 0;
  readonly #timer = setInterval(() => {
    this.#look();
  }, TICK_MS);

  /** @returns the longest block since the last call, in ms */
  async take(): Promise<number> {
    // A block until now is measured at the next turn.
    await new Promise((resolve) => setTimeout(resolve, TICK_MS * 2));
    this.#look();
    const longest = this.#longest;
    this.#longest = 0;
    return longest;
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }
}

/** Follows the most memory that the process had so far. */
class Peaks {
  readonly before = mostMemory();
  peak: MemoryPeak = { bytes: this.before, name: '', step: 'nothing' };

  look(name: string, step: string): void {
    const bytes = mostMemory();
    if (bytes > this.peak.bytes) this.peak = { bytes, name, step };
  }
}

function mostMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Does one step of the work on a text. */
type Step = (what: string, work: () => Thenable<unknown>) => Promise<void>;

/** Runs inside the extension host: measures what hostile results do to it, or what the same texts do by themselves. */
describe('hostile results', () => {
  it('hold up what they hold up, told on the console', async () => {
    const files = JSON.parse(process.env['HOSTILE_FILES'] ?? '[]') as readonly HostileFile[];
    const isFloor = process.env['HOSTILE_FLOOR'] === 'true';
    const holds = new Holds();
    const peaks = new Peaks();
    const blocks: LongestBlock[] = [];
    let peakOfOpening = 0;
    try {
      // Everything is opened before anything is copied: memory that was given back may stay with the process.
      for (const only of ['open', 'all'] as const) {
        for (const { name, result, text } of files) {
          let longest: LongestBlock = { name, step: '', ms: 0 };
          const step: Step = async (what, work) => {
            await holds.take();
            await work();
            const ms = await holds.take();
            peaks.look(name, what);
            if (ms > longest.ms) longest = { name, step: what, ms };
          };
          await (isFloor ? workOfFloor(text, only, step) : workOfOurs(result, only, step));
          await commands.executeCommand('workbench.action.closeAllEditors');
          if (only === 'all') blocks.push(longest);
        }
        if (only === 'open') peakOfOpening = peaks.peak.bytes;
      }
    } finally {
      holds.dispose();
    }
    tell({ blocks, before: peaks.before, peak: peaks.peak, peakOfOpening } satisfies HostileReport);
  }).timeout(1_500_000);
});

/** Does with a result what a user does. */
async function workOfOurs(file: string, only: 'open' | 'all', step: Step): Promise<void> {
  const configuration = workspace.getConfiguration('liveResponse');
  let uri: Uri | undefined;
  await step('open', async () => {
    await commands.executeCommand('liveResponse.openSavedResult', Uri.file(file));
    await shown((other) => other.scheme === 'live-response');
    uri = window.activeTextEditor?.document.uri;
  });
  if (only === 'open') return;
  await step('outline', () => commands.executeCommand('vscode.executeDocumentSymbolProvider', uri));
  await step('fold', () => commands.executeCommand('vscode.executeFoldingRangeProvider', uri));
  await step('copy', () => commands.executeCommand('liveResponse.copyOutput', uri));
  try {
    await configuration.update('defangOnCopy', true, ConfigurationTarget.Global);
    await step('defang', () => commands.executeCommand('liveResponse.copyOutput', uri));
  } finally {
    await configuration.update('defangOnCopy', undefined, ConfigurationTarget.Global);
  }
  await commands.executeCommand('editor.action.selectAll');
  await step('block', () => commands.executeCommand('liveResponse.copyNote', uri));
  await step('list', () => answering(commands.executeCommand('liveResponse.copyIndicators', uri)));
}

const floorTexts = registerFloor();

/** Opens the same text from a file system with nothing else in it, and copies it. */
async function workOfFloor(file: string, only: 'open' | 'all', step: Step): Promise<void> {
  const plain = Uri.from({ scheme: 'bench-floor', path: `/${path.basename(file)}` });
  await step('open', async () => {
    floorTexts.set(plain.path, await readFile(file));
    await commands.executeCommand('vscode.open', plain, { preview: true });
    await shown((other) => other.path === plain.path);
  });
  if (only === 'all')
    await step('copy', () => env.clipboard.writeText(window.activeTextEditor?.document.getText() ?? ''));
  floorTexts.clear();
}

/** Closes every prompt of a command until the command has ended. */
async function answering(work: Thenable<unknown>): Promise<void> {
  const closing = setInterval(() => {
    void commands.executeCommand('workbench.action.closeQuickOpen');
  }, 50);
  try {
    await work;
  } finally {
    clearInterval(closing);
  }
}
