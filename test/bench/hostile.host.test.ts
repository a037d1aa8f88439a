import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commands, ConfigurationTarget, Uri, window, workspace } from 'vscode';
import { registerFloor, shown, tell } from './hostParts.ts';
import { HOSTILE_RESULTS } from './hostilePlan.ts';
import type { HostileFigures, HostileReport } from './hostilePlan.ts';

/** Looked at so often, ms: shorter holds are not told apart from a timer's own. */
const TICK_MS = 2;

/** Notes the longest time in which the extension host got to nothing. */
class Holds {
  #last = performance.now();
  #longest = 0;
  readonly #timer = setInterval(() => {
    this.#look();
  }, TICK_MS);

  /** @returns the longest hold since it was last asked, ms */
  async take(): Promise<number> {
    // What was held until now is noted at the next turn.
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

/** Runs inside the extension host: what hostile results do to it, and what the same texts do by themselves. */
describe('hostile results', () => {
  it('hold up what they hold up, told on the console', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
    const configuration = workspace.getConfiguration('liveResponse');
    const texts = registerFloor();
    const holds = new Holds();
    const figures: HostileFigures[] = [];
    const before = process.resourceUsage().maxRSS * 1024;
    try {
      for (const [index, { name, make }] of HOSTILE_RESULTS.entries()) {
        const file = path.join(folder, `result-${index}.bin`);
        const text = make();
        const units = text.length;
        await writeFile(
          file,
          JSON.stringify({ script_name: 'hostile.ps1', exit_code: 0, script_output: text, script_errors: '' }),
        );
        const steps: [string, number][] = [];
        const step = async (what: string, work: () => Thenable<unknown>): Promise<void> => {
          await holds.take();
          await work();
          steps.push([what, await holds.take()]);
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
        await configuration.update('defangOnCopy', true, ConfigurationTarget.Global);
        await step('defang', () => commands.executeCommand('liveResponse.copyOutput', uri));
        await configuration.update('defangOnCopy', undefined, ConfigurationTarget.Global);
        await commands.executeCommand('editor.action.selectAll');
        await step('block', () => commands.executeCommand('liveResponse.copyNote', uri));
        await step('list', () => answering(commands.executeCommand('liveResponse.copyIndicators', uri)));
        const bytes = uri === undefined ? new Uint8Array() : await workspace.fs.readFile(uri);
        await commands.executeCommand('workbench.action.closeAllEditors');
        const plain = Uri.from({ scheme: 'bench-floor', path: `/${index}.txt` });
        texts.set(plain.path, bytes);
        await holds.take();
        await commands.executeCommand('vscode.open', plain, { preview: true });
        await shown((other) => other.path === plain.path);
        const floor = await holds.take();
        await commands.executeCommand('workbench.action.closeAllEditors');
        texts.clear();
        await rm(file);
        const [what, ours] = steps.reduce((one, other) => (other[1] > one[1] ? other : one));
        figures.push({ name, units, ours, floor, step: what });
      }
    } finally {
      holds.dispose();
      await configuration.update('defangOnCopy', undefined, ConfigurationTarget.Global);
      await rm(folder, { recursive: true });
    }
    tell({ figures, before, peak: process.resourceUsage().maxRSS * 1024 } satisfies HostileReport);
  }).timeout(1_500_000);
});

/** Closes whatever a command asks, until it has ended. */
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
