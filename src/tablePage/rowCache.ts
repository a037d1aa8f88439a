/** Number of rows that are asked for at once. */
export const PAGE_ROWS = 200;
/** Number of pages that are kept. */
const MOST_PAGES = 50;

/** Rows of one query, asked for page by page. */
export class RowCache<Row> {
  readonly #ask: (from: number, to: number) => Promise<readonly Row[]>;
  readonly #pages = new Map<number, Promise<readonly Row[]>>();

  constructor(ask: (from: number, to: number) => Promise<readonly Row[]>) {
    this.#ask = ask;
  }

  /** Returns rows from `from` up to before `to`. */
  async rows(from: number, to: number): Promise<readonly Row[]> {
    const first = Math.floor(from / PAGE_ROWS);
    const last = Math.floor(Math.max(from, to - 1) / PAGE_ROWS);
    const pages: Promise<readonly Row[]>[] = [];
    for (let page = first; page <= last; page++) pages.push(this.#page(page));
    // The next page is asked for early, so that scrolling does not wait for it.
    void this.#page(last + 1).catch(() => undefined);
    const rows = (await Promise.all(pages)).flat();
    return rows.slice(from - first * PAGE_ROWS, to - first * PAGE_ROWS);
  }

  #page(page: number): Promise<readonly Row[]> {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const asked = this.#ask(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
    this.#pages.set(page, asked);
    asked.catch(() => this.#pages.delete(page));
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return asked;
  }
}
