import { commands, l10n } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import { resultKey } from '../base/resultUri.ts';
import type { ResultAddress } from '../base/resultUri.ts';
import { commandIds } from '../platform/commandIds.ts';
import { describeFailure, stepLabel } from '../messages/failureMessages.ts';
import { notify } from '../platform/show/notifications.ts';

/**
 * Delay before the notice, in milliseconds. VS Code reads restored tabs one after the other, and one notice covers all
 * of them.
 */
const GATHER_MS = 1000;

/**
 * Reports, with one notice, all open documents whose text is not stored on this machine. Nothing is fetched before the
 * user clicks, because fetching spends calls.
 */
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
    const {
      files = [],
      packs = [],
      tenants: addresses = [],
    } = Object.fromEntries(
      Map.groupBy(this.#missing.values(), ({ cloud }) =>
        cloud === 'file' ? 'files' : cloud === 'pack' ? 'packs' : 'tenants',
      ),
    );
    for (const key of this.#missing.keys()) this.#told.add(key);
    this.#missing.clear();
    if (files.length > 0) void this.#tellFiles(files, new LiveResponseError('notStoredFile'));
    if (packs.length > 0) void this.#tellFiles(packs, new LiveResponseError('notInPack', { reason: 'closed' }));
    if (addresses.length === 0) return;
    const one = addresses.length === 1;
    const sentence = one
      ? l10n.t('The result of an open tab is not stored on this machine. Fetching it takes one call, or two.')
      : l10n.t(
          'The results of {0} open tabs are not stored on this machine. Fetching each takes one call, or two.',
          addresses.length,
        );
    const button = l10n.t('Fetch');
    const answer = await notify('information', sentence, button);
    // After the answer, the same result can be reported again when its tab is opened again.
    for (const address of addresses) this.#told.delete(resultKey(address));
    if (answer === button) this.#fetch(addresses);
  }

  /**
   * Reports results that were opened from a file or a pack. They belong to no tenant, so only a user who has the file can
   * open them again.
   */
  async #tellFiles(files: readonly ResultAddress[], why: LiveResponseError): Promise<void> {
    const button = stepLabel('openSaved');
    const { sentence } = describeFailure(why);
    const answer = await notify('information', sentence, button);
    for (const address of files) this.#told.delete(resultKey(address));
    if (answer === button) await commands.executeCommand(commandIds.openSavedResult);
  }
}
