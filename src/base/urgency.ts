/** Account that pays for the calls of background work. */
export interface CallMeter {
  /** Counts one call, before it is sent. Returns whether the account allows the call. */
  readonly take: () => Promise<boolean>;
  /** Takes a call back that was counted, and not sent. */
  readonly giveBack: () => void;
}

/** Priority of background work that a person may begin to wait for. From then on the work counts as a click. */
export class Urgency {
  readonly #listeners = new Set<() => void>();
  readonly #meter: CallMeter | undefined;
  #raised: boolean;

  constructor(priority: 'click' | 'background', meter?: CallMeter) {
    this.#raised = priority === 'click';
    this.#meter = meter;
  }

  /** Account that pays for the next call. A person who waits pays for their own calls. */
  get meter(): CallMeter | undefined {
    return this.#raised ? undefined : this.#meter;
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

/** Returns the account that pays for the next call of this priority, if there is one. */
export function meterOf(priority: Priority): CallMeter | undefined {
  return typeof priority === 'string' ? undefined : priority.meter;
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
