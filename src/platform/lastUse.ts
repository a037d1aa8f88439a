import { window } from 'vscode';
import type { Disposable, Memento } from 'vscode';

const KEY = 'liveResponse.lastUsedAt';

/**
 * Time at which this window was last used, before it was opened or came back after a long time. Only this time is
 * stored, for the page about what is new.
 */
export class LastUse implements Disposable {
  readonly #memento: Pick<Memento, 'get' | 'update'>;
  readonly #listener: Disposable;
  #before: number | undefined;
  #left: number | undefined;
  #isForgotten = false;

  constructor(memento: Pick<Memento, 'get' | 'update'>) {
    this.#memento = memento;
    const { left, before } = readKept(memento.get<unknown>(KEY));
    // A reload, or an update of the extension, is no new use of the window.
    this.#before = left !== undefined && Date.now() - left >= LONG_MS ? left : before;
    this.#listener = window.onDidChangeWindowState(({ active, focused }) => {
      this.#note(active && focused, Date.now());
    });
  }

  /** End of the use before the present one, ms since 1970; undefined if it is unknown. */
  get before(): number | undefined {
    return this.#before;
  }

  /** Forgets the time, and stores none until VS Code starts again. */
  forget(): void {
    this.#isForgotten = true;
    this.#before = undefined;
  }

  /** Stores the end of the present use. */
  dispose(): void {
    this.#listener.dispose();
    this.#store(this.#left ?? Date.now());
  }

  #store(at: number): void {
    if (!this.#isForgotten) void this.#memento.update(KEY, { left: at, before: this.#before });
  }

  #note(isUsed: boolean, now: number): void {
    if (!isUsed) {
      if (this.#left !== undefined) return;
      this.#left = now;
      this.#store(now);
      return;
    }
    const isNewUse = !this.#isForgotten && this.#left !== undefined && now - this.#left >= LONG_MS;
    if (isNewUse) this.#before = this.#left;
    this.#left = undefined;
  }
}

/** Absence after which the use of a window begins anew, ms. A glance at another window is no handover. */
const LONG_MS = 2 * 3_600_000;

interface Kept {
  readonly left: number | undefined;
  readonly before: number | undefined;
}

function readKept(value: unknown): Kept {
  const fields = new Map<string, unknown>(Object.entries(value ?? {}));
  const timeOf = (name: keyof Kept): number | undefined => {
    const time = fields.get(name);
    return typeof time === 'number' && time > 0 && time <= Date.now() ? time : undefined;
  };
  return { left: timeOf('left'), before: timeOf('before') };
}
