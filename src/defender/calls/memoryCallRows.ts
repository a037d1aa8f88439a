import type { CallRows, LimitState } from './ledger.ts';

interface Row {
  readonly application: string;
  readonly startedAt: number;
}

/** Stores the calls of this process in memory, for a ledger that no other process shares. */
export class MemoryCallRows implements CallRows {
  readonly #open = new Map<number, Row>();
  readonly #ends = new Map<string, number[]>();
  readonly #states = new Map<string, LimitState>();
  #lastId = 0;

  atomically<Result>(work: () => Result): Result {
    return work();
  }

  insert(application: string, startedAt: number): number {
    const id = ++this.#lastId;
    this.#open.set(id, { application, startedAt });
    return id;
  }

  end(id: number, endedAt: number): void {
    const row = this.#open.get(id);
    if (row === undefined) return;
    this.#open.delete(id);
    const ends = this.#ends.get(row.application) ?? [];
    this.#ends.set(row.application, ends);
    // The end times of calls arrive in ascending order unless the clock was set back.
    const last = ends.at(-1) ?? 0;
    ends.push(endedAt);
    if (endedAt < last) ends.sort((one, other) => one - other);
  }

  remove(id: number): void {
    this.#open.delete(id);
  }

  purge(endedBefore: number, startedBefore: number): void {
    for (const ends of this.#ends.values()) {
      const old = ends.findIndex((end) => end > endedBefore);
      ends.splice(0, old < 0 ? ends.length : old);
    }
    for (const [id, row] of this.#open) if (row.startedAt <= startedBefore) this.#open.delete(id);
  }

  endStale(application: string, startedBefore: number, lastsMs: number): void {
    for (const [id, row] of this.#open) {
      if (row.application === application && row.startedAt < startedBefore) this.end(id, row.startedAt + lastsMs);
    }
  }

  endFuture(latest: number, now: number): void {
    for (const [application, ends] of this.#ends) {
      const next = ends.map((end) => (end > latest ? now : end));
      this.#ends.set(
        application,
        next.sort((one, other) => one - other),
      );
    }
    for (const [id, row] of this.#open) if (row.startedAt > latest) this.#open.set(id, { ...row, startedAt: now });
  }

  countOpen(application: string): number {
    let count = 0;
    for (const row of this.#open.values()) if (row.application === application) count++;
    return count;
  }

  endsAfter(application: string, time: number): number[] {
    const ends = this.#ends.get(application) ?? [];
    return ends.filter((end) => end > time);
  }

  limitState(application: string): LimitState | undefined {
    return this.#states.get(application);
  }

  setLimitState(application: string, state: LimitState): void {
    this.#states.set(application, state);
  }
}
