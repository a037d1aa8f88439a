import { l10n } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import type { Usage } from '../defender/calls/ledger.ts';
import { commandIds } from '../platform/commandIds.ts';
import { formatTime } from '../messages/format.ts';
import { createStatusItem, showStatus } from '../platform/show/statusItems.ts';

/**
 * The item is shown when no more than this number of calls is left. With more calls left, the user need not know the
 * number.
 */
const FEW_LEFT = 20;
/** Interval of updates while the item is shown, in milliseconds. */
const LOOK_AGAIN_MS = 2000;

/**
 * Number of calls that are left, in the status bar. Shown only while few calls are left, or while Defender accepts no
 * calls.
 */
export class CallsItem implements Disposable {
  readonly #item: StatusBarItem;
  readonly #usage: () => Promise<Usage | undefined>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param usage - returns the calls of the active connection's application; undefined without one */
  constructor(usage: () => Promise<Usage | undefined>) {
    this.#usage = usage;
    this.#item = createStatusItem('calls', l10n.t('Live Response Calls'), 99);
    this.#item.command = commandIds.showLog;
  }

  /** Updates the item after a call was made or refused. */
  async update(): Promise<void> {
    clearTimeout(this.#timer);
    const usage = await this.#usage().catch(() => undefined);
    const text = usage === undefined ? undefined : callsText(usage, Date.now());
    if (usage === undefined || text === undefined) {
      this.#item.hide();
      return;
    }
    const tooltip = l10n.t(
      'Calls left: {0} this minute, {1} this hour. All who use the same app registration share them.',
      left(usage.minuteLimit, usage.minute),
      left(usage.hourLimit, usage.hour),
    );
    showStatus(this.#item, { icon: 'watch', text, tooltip });
    this.#timer = setTimeout(() => void this.update(), LOOK_AGAIN_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#item.dispose();
  }
}

/** Returns the text of the item; undefined if the item should be hidden. `now` is in ms since 1970. */
function callsText(usage: Usage, now: number): string | undefined {
  if (usage.pausedUntil > now) return l10n.t('Defender takes calls again at {0}', formatTime(usage.pausedUntil));
  const least = Math.min(left(usage.minuteLimit, usage.minute), left(usage.hourLimit, usage.hour));
  return least > FEW_LEFT ? undefined : l10n.t('{0} Defender calls left', least);
}

function left(limit: number, used: number): number {
  return Math.max(0, Math.floor(limit) - used);
}
