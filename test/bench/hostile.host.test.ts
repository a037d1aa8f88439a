import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { commands, ConfigurationTarget, Uri, window, workspace } from 'vscode';
import { registerFloor, shown, tell } from './hostParts.ts';
import type { HostileFigures, HostileFile, HostileReport } from './hostilePlan.ts';

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

/** Runs inside the extension host: measures what hostile results do to it, and what the same texts do by themselves. */
describe('hostile results', () => {
  it('hold up what they hold up, told on the console', async () => {
    const files = JSON.parse(process.env['HOSTILE_FILES'] ?? '[]') as readonly HostileFile[];
    const holds = new Holds();
    const figures: HostileFigures[] = [];
    const before = process.resourceUsage().maxRSS * 1024;
    let peak: number;
    try {
      const held: (readonly [step: string, ms: number])[] = [];
      for (const { result } of files) held.push(await holdsOfOurs(result, holds));
      // Measured before the floors, because this file itself holds their texts.
      peak = process.resourceUsage().maxRSS * 1024;
      for (const [index, { name, units, text }] of files.entries()) {
        const [step, ours] = held[index] ?? ['', 0];
        figures.push({ name, units, ours, floor: await holdOfFloor(text, holds), step });
      }
    } finally {
      holds.dispose();
    }
    tell({ figures, before, peak } satisfies HostileReport);
  }).timeout(1_500_000);
});

/** Does with a result what a user does. @returns the step that blocked the extension host for longest */
async function holdsOfOurs(file: string, holds: Holds): Promise<readonly [step: string, ms: number]> {
  const configuration = workspace.getConfiguration('liveResponse');
  let longest: readonly [step: string, ms: number] = ['', 0];
  const step = async (what: string, work: () => Thenable<unknown>): Promise<void> => {
    await holds.take();
    await work();
    const ms = await holds.take();
    if (ms > longest[1]) longest = [what, ms];
  };
  let uri: Uri | undefined;
  await step('open', async () => {
    await commands.executeCommand('liveResponse.openSavedResult', Uri.file(file));
    await shown((other) => other.scheme === 'live-response');
    uri = window.activeTextEditor?.document.uri;
  });
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
  await commands.executeCommand('workbench.action.closeAllEditors');
  return longest;
}

const floorTexts = registerFloor();

/**
 * Opens the same text from a file system with nothing else in it. @returns how long the extension host was blocked, in
 * ms
 */
async function holdOfFloor(file: string, holds: Holds): Promise<number> {
  const plain = Uri.from({ scheme: 'bench-floor', path: `/${path.basename(file)}` });
  floorTexts.set(plain.path, await readFile(file));
  await holds.take();
  await commands.executeCommand('vscode.open', plain, { preview: true });
  await shown((other) => other.path === plain.path);
  const floor = await holds.take();
  await commands.executeCommand('workbench.action.closeAllEditors');
  floorTexts.clear();
  return floor;
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
