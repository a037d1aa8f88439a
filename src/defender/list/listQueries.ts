import { isLiveResponseError, mayBeUnsupported } from '../../base/errors.ts';
import type { ActionQuery } from './odata.ts';
import { isLastPage } from '../schema.ts';
import type { ActionPage, MachineAction } from '../schema.ts';
import { orderTime, parseServerTime } from '../../base/serverTime.ts';

/** Parts of a list's query that a server may refuse or ignore. Not all of them are documented (api-facts §2). */
type QueryPart = 'order' | 'skip' | 'rows';

/** Smaller page sizes to try if a server refuses a larger page, rows. */
const FEWER_ROWS = [1000, 100] as const;
/** The service's page maximum, rows. Source: api-facts §2. */
const MAX_ROWS = 10_000;
/**
 * Common maximum page sizes of servers, rows. If a page has exactly this number of rows, and the query requested more,
 * further rows may follow.
 */
const USUAL_MAXIMA: ReadonlySet<number> = new Set([50, 100, 500, 1000, 5000]);
/** Maximum number of lists whose first row is remembered. */
const MAX_LISTS = 50;

/**
 * Requests pages of a list with a query that this server supports. It learns from the answers which parts the server
 * supports, once for a connection. It omits a part in two cases only. The same query fails with the part and succeeds
 * without it, or the answer shows that the server ignored the part.
 */
export class ListQueries {
  readonly #refused = new Set<QueryPart>();
  readonly #taken = new Set<QueryPart>();
  #maxRows = MAX_ROWS;
  /** Id of the newest row of each list, by the list's query. */
  readonly #firstRows = new Map<string, string>();

  /**
   * Requests a page. Makes one call if the server supports the query, and up to five more calls the first time that it
   * does not. If the server seems to ignore `$skip`, one more call checks that.
   *
   * @param send - makes one call
   * @throws LiveResponseError the failure of the first call, if no simpler query succeeds
   */
  async ask(query: ActionQuery, send: (query: ActionQuery) => Promise<ActionPage>): Promise<ActionPage> {
    const fitting = this.#fit(query);
    try {
      return await this.#askOnce(query, fitting, send);
    } catch (error) {
      if (!mayBeUnsupported(error)) throw error;
      const suspects = this.#suspects(fitting, error);
      for (const { parts, rows } of simplerThan(fitting, suspects)) {
        const page = await attempt(() => this.#askOnce(query, without(fitting, parts, rows), send));
        if (page === undefined) continue;
        for (const part of parts) this.#refused.add(part);
        if (parts.includes('rows')) this.#maxRows = rows;
        return page;
      }
      throw error;
    }
  }

  /** Returns the query without the parts that this server is known to refuse. */
  #fit(query: ActionQuery): ActionQuery {
    const parts = [...this.#refused].filter((part) => part === 'order' || (part === 'skip' && query.skip > 0));
    return without(query, parts, Math.min(query.top, this.#maxRows));
  }

  async #askOnce(
    wanted: ActionQuery,
    query: ActionQuery,
    send: (query: ActionQuery) => Promise<ActionPage>,
  ): Promise<ActionPage> {
    const page = this.#judge(wanted, query, await send(query));
    if (query.order !== 'none') this.#taken.add('order');
    if (query.skip > 0) this.#taken.add('skip');
    if (query.top > FEWER_ROWS[0]) this.#taken.add('rows');
    const first = page.actions[0]?.id;
    if (wanted.skip === 0) this.#rememberFirst(wanted, first);
    // The page begins with the list's newest known row, which `$skip` should have left out. There are two possible
    // causes: exactly as many newer rows were added as `$skip` left out, or the server ignores `$skip`. A page with a
    // next link needs no check, because the link leads to the rows that follow.
    else if (
      query.skip > 0 &&
      isLastPage(page) &&
      first !== undefined &&
      first === this.#firstRows.get(keyOf(wanted))
    ) {
      const whole = without(query, ['skip'], query.top);
      const again = this.#judge(wanted, whole, await send(whole));
      if (again.actions[0]?.id === first) this.#refused.add('skip');
      return again;
    }
    return page;
  }

  /** Adds two facts to a page: the number of rows of a full page, and whether the server kept the sort order. */
  #judge(wanted: ActionQuery, query: ActionQuery, page: ActionPage): ActionPage {
    const rows = page.actions.length + (page.leftOut?.length ?? 0);
    const isMaximum = query.skip === wanted.skip && USUAL_MAXIMA.has(rows);
    const size = isMaximum ? Math.min(rows, query.top) : query.top;
    const sized = size === wanted.top ? page : { ...page, size };
    if (wanted.since?.by === 'update') return sized;
    if (query.order !== 'none' && isNewestFirst(page.actions)) return sized;
    this.#refused.add('order');
    return sorted(sized);
  }

  /**
   * Returns the parts of the query that may have caused the failure. A part that this server has accepted before is
   * suspected again only if the server reports a bad request.
   */
  #suspects(query: ActionQuery, error: unknown): QueryPart[] {
    const isBadRequest = isLiveResponseError(error) && error.code === 'badRequest' && error.values.status !== 405;
    const isUpdate = query.since?.by === 'update';
    const parts: QueryPart[] = [];
    // After a failed query by last update, the caller sends a query by creation. The answer to that query shows whether
    // the server supports the sort order and the number of rows.
    if (query.order !== 'none' && !isUpdate) parts.push('order');
    if (query.skip > 0) parts.push('skip');
    if (fewerThan(query.top).length > 0 && !isUpdate) parts.push('rows');
    return parts.filter((part) => isBadRequest || !this.#taken.has(part));
  }

  #rememberFirst(query: ActionQuery, id: string | undefined): void {
    const key = keyOf(query);
    this.#firstRows.delete(key);
    if (id !== undefined) this.#firstRows.set(key, id);
    for (const oldest of this.#firstRows.keys()) {
      if (this.#firstRows.size <= MAX_LISTS) return;
      this.#firstRows.delete(oldest);
    }
  }
}

/** Returns the query without some parts. A query without `$skip` also requests the rows that the caller already has. */
function without(query: ActionQuery, parts: readonly QueryPart[], rows: number): ActionQuery {
  const isWhole = parts.includes('skip');
  return {
    ...query,
    top: isWhole ? Math.min(MAX_ROWS, query.skip + rows) : rows,
    skip: isWhole ? 0 : query.skip,
    ...(parts.includes('order') ? { order: 'none' } : {}),
  };
}

/**
 * Returns simpler queries to try, the most likely first. First each suspected part is left out alone, then all of them
 * are.
 */
function simplerThan(
  { top }: ActionQuery,
  suspects: readonly QueryPart[],
): readonly { readonly parts: readonly QueryPart[]; readonly rows: number }[] {
  const fewer = fewerThan(top);
  const single = suspects.flatMap((part) => (part === 'rows' ? fewer : [top]).map((rows) => ({ parts: [part], rows })));
  const least = suspects.includes('rows') ? Math.min(top, ...fewer) : top;
  return suspects.length > 1 ? [...single, { parts: suspects, rows: least }] : single;
}

function fewerThan(rows: number): readonly number[] {
  return FEWER_ROWS.filter((fewer) => fewer < rows);
}

/** Returns a key for the list to which the page of a query belongs. */
function keyOf(query: ActionQuery): string {
  return JSON.stringify({ ...query, skip: 0, top: 0 });
}

function sorted(page: ActionPage): ActionPage {
  const actions = [...page.actions].sort(
    (one, other) => orderTime(other.creationDateTimeUtc) - orderTime(one.creationDateTimeUtc),
  );
  return { ...page, actions, isUnordered: true };
}

function isNewestFirst(actions: readonly MachineAction[]): boolean {
  let last = Infinity;
  for (const { creationDateTimeUtc } of actions) {
    const created = parseServerTime(creationDateTimeUtc);
    if (created === undefined) continue;
    if (created > last) return false;
    last = created;
  }
  return true;
}

/** @returns undefined if the query itself may have caused the failure */
async function attempt(ask: () => Promise<ActionPage>): Promise<ActionPage | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (mayBeUnsupported(error)) return undefined;
    throw error;
  }
}
