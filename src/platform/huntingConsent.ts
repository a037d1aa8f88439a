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
    const others = this.#owners().filter((other) => other !== owner);
    await this.#memento.update(KEY, others.length === 0 ? undefined : others);
  }

  #owners(): readonly string[] {
    const stored = this.#memento.get<unknown>(KEY);
    return Array.isArray(stored) ? stored.filter((owner): owner is string => typeof owner === 'string') : [];
  }
}
