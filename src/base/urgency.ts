/** Priority of background work that a person may begin to wait for. From then on the work counts as a click. */
export class Urgency {
  readonly #listeners = new Set<() => void>();
  #raised: boolean;

  constructor(priority: 'click' | 'background') {
    this.#raised = priority === 'click';
  }

  get isClick(): boolean {
    return this.#raised;
  }

  /** Marks that a person now waits. This cannot be undone. */
  raise(): void {
    if (this.#raised) return;
    this.#raised = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Calls the listener when the priority rises. Returns a function that removes the listener. */
  onRaise(listener: () => void): () => void {
    if (!this.#raised) this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** `click`: a person waits for the work. `background`: never uses the last fifth of a rate limit's calls. */
export type Priority = 'click' | 'background' | Urgency;

/** Whether a person waits now. */
export function isClick(priority: Priority): boolean {
  return priority === 'click' || (priority !== 'background' && priority.isClick);
}

/** Adds a waiter to a queue: clicks before background work, each in order of arrival. */
export function enqueue<Waiter extends { readonly priority: Priority }>(queue: Waiter[], waiter: Waiter): void {
  const behind = queue.findIndex((other) => isClick(waiter.priority) && !isClick(other.priority));
  queue.splice(behind < 0 ? queue.length : behind, 0, waiter);
}

/** Adds a waiter to a queue, and moves it forward when its priority rises. Returns a function that ends this watch. */
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
