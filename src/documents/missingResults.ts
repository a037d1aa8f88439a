import { l10n, window } from 'vscode';
import { resultKey } from '../evidence/uri.ts';
import type { ResultAddress } from '../evidence/uri.ts';

/** Restored tabs are read one after the other: the notice waits until the last of them was, ms. */
const GATHER_MS = 1000;

/** Tells once of all documents whose text is not stored here. Fetching them takes a click: it spends calls. */
export class MissingResults {
  readonly #missing = new Map<string, ResultAddress>();
  readonly #told = new Set<string>();
  readonly #fetch: (addresses: readonly ResultAddress[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(fetch: (addresses: readonly ResultAddress[]) => void) {
    this.#fetch = fetch;
  }

  report(address: ResultAddress): void {
    const key = resultKey(address);
    if (this.#told.has(key)) return;
    this.#missing.set(key, address);
    this.#timer ??= setTimeout(() => void this.#tell(), GATHER_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    const addresses = [...this.#missing.values()];
    for (const key of this.#missing.keys()) this.#told.add(key);
    this.#missing.clear();
    const one = addresses.length === 1;
    const sentence = one
      ? l10n.t('The result of an open tab is not stored on this machine. Fetching it takes one call, or two.')
      : l10n.t(
          'The results of {0} open tabs are not stored on this machine. Fetching each takes one call, or two.',
          addresses.length,
        );
    const button = l10n.t('Fetch');
    const answer = await window.showInformationMessage(sentence, button);
    // A tab that is opened again later may ask again.
    for (const address of addresses) this.#told.delete(resultKey(address));
    if (answer === button) this.#fetch(addresses);
  }
}
