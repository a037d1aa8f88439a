import { l10n, ThemeColor } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import { formatDuration } from '../messages/format.ts';
import { createStatusItem, showStatus } from '../platform/show/statusItems.ts';
import { isAvailable } from '../runs/runFetch.ts';
import type { RunFetches } from '../runs/runFetch.ts';
import type { RunRecord } from '../model/runRecord.ts';

export interface RunItemOptions {
  readonly runs: RunFetches;
  readonly missing: (record: RunRecord) => Promise<number>;
  readonly estimate: (record: RunRecord, calls: number) => Promise<number>;
}

/**
 * Progress of fetching a run, in the status bar. Shown while the run is fetched. After the end, shown until the user
 * has looked at the run.
 */
export class RunItem implements Disposable {
  readonly #options: RunItemOptions;
  readonly #item: StatusBarItem;
  readonly #listening: { dispose: () => void };
  #key: string | undefined;
  #isStale = false;
  #working = false;

  constructor(options: RunItemOptions) {
    this.#options = options;
    this.#item = createStatusItem('run', l10n.t('Live Response Run'), 98);
    this.#listening = options.runs.onDidChange((key) => {
      const isNews = options.runs.isActive(key) || key === this.#key;
      if (!isNews) return;
      this.#key = key;
      void this.#update();
    });
  }

  /** Hides the item after the user looked at the ended run. */
  seen(key: string): void {
    if (this.#key !== key || this.#options.runs.isActive(key)) return;
    this.#key = undefined;
    this.#item.hide();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }

  async #update(): Promise<void> {
    this.#isStale = true;
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#isStale && this.#key !== undefined) {
        this.#isStale = false;
        await this.#draw(this.#key);
      }
    } finally {
      this.#working = false;
    }
  }

  async #draw(key: string): Promise<void> {
    const { runs, missing, estimate } = this.#options;
    const record = runs.get(key);
    if (record === undefined || record.state === 'none' || record.state === 'cancelled') {
      this.#item.hide();
      return;
    }
    const all = record.run.members.filter(isAvailable).length;
    const left = await missing(record).catch(() => all);
    const eta = record.state === 'running' ? await estimate(record, left) : 0;
    this.#item.backgroundColor =
      record.state === 'stopped' ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.command = { command: commandIds.openRun, title: l10n.t('Open Run Overview'), arguments: [{ run: key }] };
    const [icon, text] = itemText(record, all - left, all, eta);
    showStatus(this.#item, { icon, text, tooltip: record.run.words.script });
  }
}

function itemText({ state }: RunRecord, done: number, all: number, eta: number): [icon: string, text: string] {
  switch (state) {
    case 'paused':
      return ['debug-pause', l10n.t('Run paused at {0} of {1}', done, all)];
    case 'stopped':
      return ['warning', l10n.t('Run stopped at {0} of {1}', done, all)];
    case 'ended':
      return ['check', l10n.t('Run: {0} of {1} results', done, all)];
    case 'waiting':
      return ['sync', l10n.t('Run waits for another window')];
    default:
      return ['sync~spin', l10n.t('Run: {0} of {1}, {2} left', done, all, formatDuration(eta))];
  }
}
