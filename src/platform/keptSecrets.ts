import type { SecretStorage } from 'vscode';
import type { Secrets } from '../identity/secrets.ts';

/**
 * VS Code's secret storage. If the system has no key ring, the secrets are kept in this window's memory instead. Only
 * the first failure of the storage is reported.
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
        // Another window has stored a newer secret, or has deleted the secret. The copy in this window's memory is no
        // longer valid.
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
   * @throws the error of VS Code, so that the caller does not report an undeleted secret as deleted
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
