import type { Transcript } from '../../evidence/decode/transcript.ts';
import type {
  ColumnRef,
  ColumnValue,
  ShownRow,
  StackedRow,
  TableHost,
  TableQuery,
  TableSummary,
  TableView,
} from './tableQuery.ts';
import { TableSet } from './tableSet.ts';

/** The parts of a result in which tables are read. */
export type TableTranscript = Pick<Transcript, 'output'>;

/**
 * The tables of each open tab, by its name. An answer is undefined if the thread does not hold the tables of the tab,
 * for example because it was started again. The caller then adds all results again.
 */
export class Tables {
  readonly #sets = new Map<string, TableSet>();

  /**
   * Adds the tables of a host.
   *
   * @param begins - whether this is the first host. Only then a set is made: a set that lacks earlier hosts would say of
   * them that they have no table
   * @returns whether the host was added
   */
  add(name: string, { output }: TableTranscript, host: TableHost, begins: boolean): boolean {
    if (begins) this.close(name);
    const set = begins ? new TableSet() : this.#sets.get(name);
    if (set === undefined) return false;
    this.#sets.set(name, set);
    set.add(host, output);
    return true;
  }

  /** Adds the rows of an earlier result of a host. */
  addEarlier(name: string, { output }: TableTranscript, member: number): undefined {
    this.#sets.get(name)?.addEarlier(member, output);
    return undefined;
  }

  summary(name: string): TableSummary | undefined {
    return this.#sets.get(name)?.summary();
  }

  open(name: string, query: TableQuery): TableView | undefined {
    return this.#sets.get(name)?.open(query);
  }

  rows(name: string, query: TableQuery, from: number, to: number, longest?: number): readonly ShownRow[] | undefined {
    return this.#sets.get(name)?.rows(query, from, to, longest);
  }

  stacked(name: string, query: TableQuery, from: number, to: number): readonly StackedRow[] | undefined {
    return this.#sets.get(name)?.stacked(query, from, to);
  }

  values(name: string, query: TableQuery, column: ColumnRef, most: number): readonly ColumnValue[] | undefined {
    return this.#sets.get(name)?.values(query, column, most);
  }

  time(name: string, query: TableQuery, row: number, column: ColumnRef): string | undefined {
    return this.#sets.get(name)?.time(query, row, column);
  }

  members(name: string, query: TableQuery): readonly number[] | undefined {
    return this.#sets.get(name)?.members(query);
  }

  /** Frees the memory of a tab's tables. */
  close(name: string): undefined {
    this.#sets.get(name)?.close();
    this.#sets.delete(name);
    return undefined;
  }
}
