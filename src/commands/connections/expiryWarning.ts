import { commands, l10n } from 'vscode';
import type { Connection } from '../../connections/connection.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { formatTime } from '../../messages/format.ts';
import type { Services } from '../../services/services.ts';
import { notify } from '../../platform/show/notifications.ts';

/**
 * Time between the warning and the token's expiry, in milliseconds. It is enough to get a new token before a call
 * fails.
 */
const WARN_BEFORE_MS = 5 * 60_000;
/** Longest wait, in milliseconds. It is longer than the lifetime of any token, and short enough for a timer. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Warns before the active connection's pasted token expires, because only the user can replace the token. */
export class ExpiryWarning {
  readonly #services: Pick<Services, 'connections' | 'signIns'>;
  readonly #subscriptions: readonly { dispose: () => unknown }[];
  readonly #warned = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Number of the last lookup. The answer of an earlier lookup is ignored. */
  #turn = 0;

  constructor(services: Pick<Services, 'connections' | 'signIns'>) {
    this.#services = services;
    const set = (): void => {
      void this.#set();
    };
    this.#subscriptions = [services.connections.onDidChange(set), services.signIns.onDidChange(set)];
  }

  dispose(): void {
    this.#turn++;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #set(): Promise<void> {
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    const { active } = this.#services.connections;
    const expiresAt = await this.#expiryOf(active);
    if (active === undefined || expiresAt === undefined || turn !== this.#turn) return;
    const left = expiresAt - Date.now();
    if (left <= 0 || left > LONGEST_WAIT_MS) return;
    this.#timer = setTimeout(
      () => {
        void this.#warn(active, expiresAt);
      },
      Math.max(0, left - WARN_BEFORE_MS),
    );
  }

  async #expiryOf(connection: Connection | undefined): Promise<number | undefined> {
    if (connection === undefined) return undefined;
    return this.#services.signIns.expiresAt(connection).catch(() => undefined);
  }

  async #warn(connection: Connection, expiresAt: number): Promise<void> {
    const { name } = connection;
    const token = `${name} ${expiresAt.toString()}`;
    // Another window may have replaced the token.
    if (this.#warned.has(token) || (await this.#expiryOf(connection)) !== expiresAt) return;
    this.#warned.add(token);
    const replace = l10n.t('Replace Access Token…');
    const sentence = l10n.t('The access token of "{0}" expires at {1}.', name, formatTime(expiresAt));
    if ((await notify('warning', sentence, replace)) === replace) {
      await commands.executeCommand(commandIds.replaceAccessToken, name);
    }
  }
}
