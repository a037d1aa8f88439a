import type { SecretStorage } from 'vscode';
import type { Secrets } from '../identity/secrets.ts';

/**
 * VS Code's secret storage. Falls back to this window's memory where the system has no key ring. Reports only the first
 * failure of the storage.
 */
export class KeptSecrets implements Secrets {
  readonly #storage: SecretStorage;
  readonly #onMemoryOnly: (error: unknown) => void;
  readonly #memory = new Map<string, string>();
  #said = false;

  readonly onDidChange: Secrets['onDidChange'];

  constructor(storage: SecretStorage, onMemoryOnly: (error: unknown) => void) {
    this.#storage = storage;
    this.#onMemoryOnly = onMemoryOnly;
    this.onDidChange = (listener) =>
      storage.onDidChange((change) => {
        // A secret that another window stored is newer, and one that it deleted must be forgotten here too.
        this.#memory.delete(change.key);
        listener(change);
      });
  }

  async get(key: string): Promise<string | undefined> {
    const kept = this.#memory.get(key);
    if (kept !== undefined) return kept;
    try {
      return await this.#storage.get(key);
    } catch (error) {
      this.#say(error);
      return undefined;
    }
  }

  async store(key: string, value: string): Promise<void> {
    try {
      await this.#storage.store(key, value);
      this.#memory.delete(key);
    } catch (error) {
      this.#memory.set(key, value);
      this.#say(error);
    }
  }

  /**
   * Deletes a secret.
   *
   * @throws the error of VS Code: a secret that could not be deleted must not pass for deleted
   */
  async delete(key: string): Promise<void> {
    this.#memory.delete(key);
    await this.#storage.delete(key);
  }

  #say(error: unknown): void {
    if (this.#said) return;
    this.#said = true;
    this.#onMemoryOnly(error);
  }
}
