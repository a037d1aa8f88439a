import type { Memento } from 'vscode';

const KEY = 'liveResponse.huntingAllowed';

/**
 * The person's consent that a connection may send hunting queries to Microsoft Graph. Off until it is given, for each
 * connection. It holds for one name and one destination, so a connection that was changed must be allowed again.
 */
export class HuntingConsent {
  readonly #memento: Pick<Memento, 'get' | 'update'>;

  constructor(memento: Pick<Memento, 'get' | 'update'>) {
    this.#memento = memento;
  }

  /** @param owner - see `ownerOf` */
  isGiven(owner: string): boolean {
    return this.#owners().includes(owner);
  }

  async give(owner: string): Promise<void> {
    await this.#memento.update(KEY, [...this.#owners().filter((other) => other !== owner), owner]);
  }

  async takeBack(owner: string): Promise<void> {
    if (!this.isGiven(owner)) return;
    const others = this.#owners().filter((other) => other !== owner);
    await this.#memento.update(KEY, others.length === 0 ? undefined : others);
  }

  /**
   * Takes back what belongs to owners that are gone: a connection that was removed, renamed or led elsewhere is asked for
   * again, also when it comes back.
   */
  async forgetGone(before: readonly string[], now: readonly string[]): Promise<void> {
    for (const owner of before) if (!now.includes(owner)) await this.takeBack(owner);
  }

  #owners(): readonly string[] {
    const stored = this.#memento.get<unknown>(KEY);
    return Array.isArray(stored) ? stored.filter((owner): owner is string => typeof owner === 'string') : [];
  }
}
