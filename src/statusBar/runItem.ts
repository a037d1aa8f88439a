import { l10n, ThemeColor } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import { fullWords, spentWords } from '../messages/runWords.ts';
import { formatDuration } from '../messages/format.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import { createStatusItem, showStatus } from '../platform/show/statusItems.ts';
import { MOST_MEMBERS } from '../runs/filterRun.ts';
import type { RunFetches } from '../runs/runFetch.ts';
import { countOpen } from '../runs/standingOrder.ts';
import type { RunCounts } from '../runs/runRows.ts';
import type { RunRecord } from '../model/runRecord.ts';

export interface RunItemOptions {
  readonly runs: RunFetches;
  readonly counts: (record: RunRecord) => Promise<RunCounts>;
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
      this.refreshState();
      const isNews = options.runs.isActive(key) || key === this.#key;
      if (!isNews) return;
      this.#key = key;
      void this.#update();
    });
  }

  /** Sets the context key for the commands that work on runs, after the recorded runs were read. */
  refreshState(): void {
    setContextKey('liveResponse.run', stateOf(this.#options.runs));
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
    const { runs, counts, estimate } = this.#options;
    const record = runs.get(key);
    if (record === undefined || record.state === 'none' || record.state === 'cancelled') {
      this.#item.hide();
      return;
    }
    const hosts = record.run.members.length;
    const found = await counts(record).catch((): RunCounts => ({ hosts, results: 0, toFetch: hosts, without: 0 }));
    const eta = record.state === 'running' ? await estimate(record, found.toFetch) : 0;
    this.#item.backgroundColor =
      record.state === 'stopped' ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.command = { command: commandIds.openRun, title: l10n.t('Open Run Overview'), arguments: [{ run: key }] };
    const [icon, text] = itemText(record, found, eta);
    const { order } = record;
    const spent = order === undefined ? '' : ` · ${spentWords(order)}`;
    const full = record.run.filter?.isFull === true ? ` · ${fullWords(MOST_MEMBERS)}` : '';
    showStatus(this.#item, { icon, text, tooltip: record.run.words.script + spent + full });
  }
}

/** Returns the state of all runs: running if one is being fetched, paused if one can go on. */
function stateOf(runs: RunFetches): 'none' | 'running' | 'paused' {
  const open = runs.all.filter(({ state }) => GOES_ON.has(state));
  const active = open.filter(({ run, state }) => runs.isActive(run.key) && state !== 'paused');
  return active.length > 0 ? 'running' : open.length > 0 ? 'paused' : 'none';
}

/** States of a run that is not over. */
const GOES_ON: ReadonlySet<RunRecord['state']> = new Set(['paused', 'running', 'watching', 'waiting']);

function itemText(
  { run, state, order }: RunRecord,
  { hosts, results, toFetch }: RunCounts,
  eta: number,
): [icon: string, text: string] {
  const done = hosts - toFetch;
  switch (state) {
    case 'paused':
      return ['debug-pause', l10n.t('Run paused at {0} of {1} hosts', done, hosts)];
    case 'stopped':
      return ['warning', l10n.t('Run stopped at {0} of {1} hosts', done, hosts)];
    case 'ended':
      if ((order?.end !== undefined && order.end !== 'allEnded') || run.filter?.isFull === true)
        return ['warning', l10n.t('Run: the order is over, {0} results on {1} hosts', results, hosts)];
      return ['check', l10n.t('Run done: {0} results on {1} hosts', results, hosts)];
    case 'watching':
      if (run.filter?.isFull === true)
        return ['warning', l10n.t('Filter: {0} results, and no room for more sessions', results)];
      return [
        'eye',
        run.filter === undefined
          ? l10n.t('Run: waits for {0} of {1} hosts', countOpen(run), hosts)
          : l10n.t('Filter: {0} results, waits for more', results),
      ];
    case 'waiting':
      return ['sync', l10n.t('Run waits for another window')];
    default:
      return ['sync~spin', l10n.t('Run: {0} of {1} hosts, {2} left', done, hosts, formatDuration(eta))];
  }
}
