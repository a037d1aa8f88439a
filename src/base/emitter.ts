/** Event emitter for the folders that must not import VS Code. */
export class Emitter<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  /** Registers a listener and returns an object that removes it. */
  readonly event = (listener: (value: Value) => void): { dispose: () => void } => {
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  };

  fire(value: Value): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
