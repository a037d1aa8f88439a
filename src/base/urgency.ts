/** Work in the background that a person may begin to wait for: from then on it counts as a click. */
export class Urgency {
  readonly #listeners = new Set<() => void>();
  #raised: boolean;

  constructor(priority: 'click' | 'background') {
    this.#raised = priority === 'click';
  }

  get isClick(): boolean {
    return this.#raised;
  }

  /** A person waits now. There is no way back. */
  raise(): void {
    if (this.#raised) return;
    this.#raised = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Tells when it rises; answers how to stop listening. */
  onRaise(listener: () => void): () => void {
    if (!this.#raised) this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** A person waits for a `click`; `background` work never takes the last fifth of a window. */
export type Priority = 'click' | 'background' | Urgency;

/** Whether a person waits at this moment. */
export function isClick(priority: Priority): boolean {
  return priority === 'click' || (priority !== 'background' && priority.isClick);
}

/** Puts somebody into a queue: clicks before background work, each in the order it came. */
export function enqueue<Waiter extends { readonly priority: Priority }>(queue: Waiter[], waiter: Waiter): void {
  const behind = queue.findIndex((other) => isClick(waiter.priority) && !isClick(other.priority));
  queue.splice(behind < 0 ? queue.length : behind, 0, waiter);
}

/** Moves somebody forward in the queue as soon as a person waits; answers how to stop that. */
export function enqueueRising<Waiter extends { readonly priority: Priority }>(
  queue: Waiter[],
  waiter: Waiter,
  onMoved: () => void,
): () => void {
  enqueue(queue, waiter);
  if (typeof waiter.priority === 'string') return () => undefined;
  return waiter.priority.onRaise(() => {
    const at = queue.indexOf(waiter);
    if (at < 0) return;
    queue.splice(at, 1);
    enqueue(queue, waiter);
    onMoved();
  });
}
