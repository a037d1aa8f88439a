/** Does pieces of work one after the other, in the order in which they were asked for. */
export class Turns {
  /** Settles when the latest piece of work and all earlier ones have ended. Never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  /** Does a piece of work when all earlier ones have ended, whether they failed or not. */
  take<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits until all work so far has ended. */
  async settle(): Promise<void> {
    await this.#last;
  }
}
