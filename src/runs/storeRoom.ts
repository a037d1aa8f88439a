/** Size of the facts that are stored beside a result, in bytes: at most about this much. */
const FACTS_BYTES = 16_000;

/** A result under way, and the bytes of the store that are kept free for it. */
export interface Place {
  bytes: number;
}

/** Room of the store for results on order. All orders of a window share it, because their results arrive together. */
export class StoreRoom {
  readonly #read: (() => Promise<number>) | undefined;
  #left = Infinity;
  #promised = 0;

  /** @param read - returns the number of bytes that the store may get before older results could be dropped */
  constructor(read: (() => Promise<number>) | undefined) {
    this.#read = read;
  }

  /** Reads how much room there is. Returns whether there is any. */
  async find(): Promise<boolean> {
    // A result that is being stored counts twice for a moment: in what is read, and as promised.
    this.#left = (await this.#read?.()) ?? Infinity;
    return this.#left - this.#promised > 0;
  }

  /** Keeps room for a result of this size. Returns false if there is not enough. */
  admits(place: Place, size: number): boolean {
    const more = size + FACTS_BYTES - place.bytes;
    if (more <= 0) return true;
    if (this.#promised + more > this.#left) return false;
    place.bytes += more;
    this.#promised += more;
    return true;
  }

  /** Whether there is room for a result of this size if none of those under way arrives. */
  couldHold(size: number): boolean {
    return size + FACTS_BYTES <= this.#left;
  }

  /** Ends a result's claim: it was stored, or did not arrive. */
  leave({ bytes }: Place, outcome: 'stored' | 'gone'): void {
    this.#promised -= bytes;
    // Until the store is read again.
    if (outcome === 'stored') this.#left -= bytes;
  }
}
