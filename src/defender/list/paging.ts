import type { Priority } from '../calls/budget.ts';
import type { DefenderClient } from '../client.ts';
import { LiveResponseError, mayBeUnsupported } from '../../base/errors.ts';
import type { ActionQuery } from './odata.ts';
import type { ActionPage, MachineAction } from '../schema.ts';

/**
 * Maximum number of pages that one gesture (a click or a command) may load. A list of a correct server needs far fewer.
 */
const MAX_PAGES_PER_GESTURE = 200;
/** Number of pages that a click or a command may still load, over all the lists that it reads. */
export class PageAllowance {
  #left = MAX_PAGES_PER_GESTURE;

  /** @throws LiveResponseError `unexpectedAnswer` if no page is left: a correct server would not send so many */
  take(): void {
    if (this.#left === 0) throw new LiveResponseError('unexpectedAnswer', { path: '@odata.nextLink' });
    this.#left--;
  }
}

/** Number of pages without a new row after which reading ends. After the first, another way of paging is tried. */
const MAX_FRUITLESS_PAGES = 2;

/**
 * Requests one page: one call.
 * @param skip - number of rows to leave out; used if there is no next link, or if the link's host must not get the
 *   token
 */
export type AskPage = (skip: number, nextLink: string | undefined) => Promise<ActionPage>;

/**
 * Creates the function that requests the pages of a list. The function sends the list's query with every call, and adds
 * `skip`.
 */
export function askFor(
  client: Pick<DefenderClient, 'listMachineActions'>,
  query: Omit<ActionQuery, 'skip'>,
  signal: AbortSignal,
  priority?: Priority,
): AskPage {
  return (skip, nextLink) => client.listMachineActions({ ...query, skip }, signal, nextLink, priority);
}

/** State of the list before the next page is requested. */
export interface PageRequest {
  readonly ask: AskPage;
  /** Number of rows of a full page. */
  readonly size: number;
  /** Number of rows of the list that are already loaded. */
  readonly skip: number;
  readonly isKnown: (actionId: string) => boolean;
}

/** The next rows of a list. */
export interface NextRows {
  /** All rows that arrived. Known rows are included, because the answer may contain a newer state of them. */
  readonly actions: readonly MachineAction[];
  readonly hasMore: boolean;
  /** Whether the server did not sort the list. Rows that are not loaded may then be newer than `actions`. */
  readonly isUnordered: boolean;
}

/**
 * Position in a list that is read page by page, over one or more clicks or commands. It follows next links while they
 * bring new rows. After a link that repeats itself, or that brings no new row, it follows no more links. It then
 * requests rows by `$skip`, until that brings no new row either. Source: api-facts, "Next links in the wild".
 */
export class ListPlace {
  #link: string | undefined;
  #trustsLinks = true;
  readonly #followed = new Set<string>();

  /** Forgets the next link, because the link's offset is wrong after newer rows were added. */
  forgetLink(): void {
    this.#link = undefined;
  }

  /**
   * Loads pages until one has a new row, or until the list ends: one page, two at most.
   * @throws LiveResponseError the failures of `ask`
   */
  async next({ ask, size, skip, isKnown }: PageRequest): Promise<NextRows> {
    const actions: MachineAction[] = [];
    let at = skip;
    let isUnordered = false;
    for (let fruitless = 0; fruitless < MAX_FRUITLESS_PAGES; fruitless++) {
      const link = this.#link;
      this.#link = undefined;
      const page = link === undefined ? await ask(at, link) : await askByLink(ask, at, link);
      if (link !== undefined) this.#followed.add(link);
      if (page === undefined) {
        this.#trustsLinks = false;
        continue;
      }
      actions.push(...page.actions);
      isUnordered ||= page.isUnordered ?? false;
      const rows = page.actions.length + (page.leftOut?.length ?? 0);
      const isFull = rows >= (page.size ?? size);
      if (page.actions.some(({ id }) => !isKnown(id))) {
        this.#note(page.nextLink);
        return { actions, hasMore: isFull || page.nextLink !== undefined, isUnordered };
      }
      if (link !== undefined) this.#trustsLinks = false;
      // A full page of known rows means that newer rows shifted the list. So unknown rows follow after this page.
      else if (isFull) at += rows;
      else break;
    }
    return { actions, hasMore: false, isUnordered };
  }

  #note(link: string | undefined): void {
    if (link !== undefined && this.#followed.has(link)) this.#trustsLinks = false;
    if (this.#trustsLinks) this.#link = link;
  }
}

/** @returns undefined if the server refuses its own link: the caller then requests the page by `$skip` */
async function askByLink(ask: AskPage, skip: number, link: string): Promise<ActionPage | undefined> {
  try {
    return await ask(skip, link);
  } catch (error) {
    if (mayBeUnsupported(error)) return undefined;
    throw error;
  }
}

/**
 * Reads all pages of a list, one after the other. Every page except the last has at least one new row.
 *
 * @param size - number of rows of a full page
 * @param allowance - shared by the lists that one click or command reads
 * @throws LiveResponseError the failures of `ask`; `unexpectedAnswer` if the list does not end
 */
export async function* walkPages(
  ask: AskPage,
  size: number,
  allowance = new PageAllowance(),
): AsyncGenerator<readonly MachineAction[], void, undefined> {
  const place = new ListPlace();
  const known = new Set<string>();
  const counted: AskPage = (skip, nextLink) => {
    allowance.take();
    return ask(skip, nextLink);
  };
  for (;;) {
    const { actions, hasMore } = await place.next({
      ask: counted,
      size,
      skip: known.size,
      isKnown: (id) => known.has(id),
    });
    for (const { id } of actions) known.add(id);
    yield actions;
    if (!hasMore) return;
  }
}
