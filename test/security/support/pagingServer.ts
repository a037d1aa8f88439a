import { createDefenderClient } from '../../../src/defender/client.ts';
import type { DefenderClient } from '../../../src/defender/client.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/defender/transport.ts';
import { answer } from '../../unit/defender/expected.ts';
import { SimulatedClock } from '../../unit/defender/simulatedClock.ts';
import { numbered } from '../../unit/results/manyActions.ts';

export const API = 'https://api.security.microsoft.com';
const FOREIGN = 'https://evil.example';
/** Maximum of rows in a page, whatever `$top` says, where the server sends next links. */
const PAGE_ROWS = 50;

/** Kinds of next links. All but `none` and `right` continue for ever. */
export const LINKS = [
  'none',
  'right',
  'same',
  'growing',
  'relative',
  'other host',
  'cycle of two',
  'unparsable',
] as const;
/** Contents of a page that is requested through a link. */
export const CONTENTS = ['new rows', 'empty', 'repeated', 'partly new', 'short'] as const;

export type LinkKind = (typeof LINKS)[number];
export type ContentKind = (typeof CONTENTS)[number];

/** Answers lists as a hostile or careless server does: pages by `$skip` are right, pages by links are not. */
export class PagingServer {
  readonly #links: LinkKind;
  readonly #contents: ContentKind;
  /** Whether every answer brings an invented new row and a next link. */
  isEndless = false;
  actions: MachineAction[];
  /** Addresses of all requests. */
  readonly asked: URL[] = [];
  /** Number of answers with a row that no answer since {@link forget} had. */
  newPages = 0;
  #seen = new Set<string>();

  constructor(count: number, links: LinkKind, contents: ContentKind = 'new rows') {
    this.actions = Array.from({ length: count }, (_, at) => numbered(at));
    this.#links = links;
    this.#contents = contents;
  }

  /** Resets the counts. */
  forget(): void {
    this.asked.length = 0;
    this.newPages = 0;
    this.#seen = new Set();
  }

  /** Returns the product's own client, connected to this server. */
  client(): DefenderClient {
    const send = (request: HttpRequest): Promise<HttpAnswer> => Promise.resolve(this.#answer(request));
    const slot = { end: () => Promise.resolve(), giveBack: () => Promise.resolve() };
    const usage = { minute: 0, hour: 0, pausedUntil: undefined };
    return createDefenderClient({
      apiUrl: API,
      getAccessToken: () => Promise.resolve('token'),
      transport: { api: send, download: send },
      // No limits, because they would end every loop: the tested code must end without them.
      budget: {
        take: () => Promise.resolve(slot),
        refused: () => Promise.resolve(usage as never),
        usage: () => Promise.resolve(usage as never),
      },
      clock: new SimulatedClock(),
    });
  }

  #answer({ url, headers }: HttpRequest): HttpAnswer {
    const address = new URL(url);
    if (headers['authorization'] === undefined) throw new Error('no token');
    this.asked.push(address);
    if (this.asked.length > 300) throw new Error('asked for ever');
    const query = address.searchParams;
    const isLink = query.get('via') === 'link';
    const skip = Number(query.get('$skip') ?? 0);
    const top = Number(query.get('$top') ?? PAGE_ROWS);
    const rows = this.#rows(query.get('$filter') ?? '');
    const page = this.isEndless ? [this.#invent()] : this.#page(rows, skip, top, isLink);
    if (page.some(({ id }) => !this.#seen.has(id))) this.newPages++;
    for (const { id } of page) this.#seen.add(id);
    const next = this.#next(address, skip, skip + page.length, rows.length);
    return answer(200, JSON.stringify({ value: page, ...(next === undefined ? {} : { '@odata.nextLink': next }) }));
  }

  #invent(): MachineAction {
    const made = numbered(this.actions.length);
    this.actions.push(made);
    return made;
  }

  #page(rows: readonly MachineAction[], skip: number, top: number, isLink: boolean): readonly MachineAction[] {
    const size = this.#links === 'none' ? top : Math.min(top, PAGE_ROWS);
    if (!isLink) return rows.slice(skip, skip + size);
    switch (this.#contents) {
      case 'new rows':
        return rows.slice(skip, skip + size);
      case 'empty':
        return [];
      case 'repeated':
        return rows.slice(0, size);
      case 'partly new':
        return rows.slice(Math.max(0, skip - 10), Math.max(0, skip - 10) + size);
      case 'short':
        return rows.slice(skip, skip + 20);
    }
  }

  #next(address: URL, skip: number, end: number, count: number): string | undefined {
    const link = (at: number, more = ''): string => {
      const query = new URLSearchParams(address.searchParams);
      query.set('via', 'link');
      query.set('$skip', at.toString());
      return `${address.origin}${address.pathname}?${query.toString()}${more}`;
    };
    const isLink = address.searchParams.get('via') === 'link';
    switch (this.#links) {
      case 'none':
        return undefined;
      case 'right':
        return end < count ? link(end) : undefined;
      case 'same':
        return link(PAGE_ROWS);
      case 'growing':
        // A reported behavior: from the second page on, parameters lose their names, the link grows, and `$skip` stays
        // the same.
        return isLink ? `${address.href}&=50` : link(end);
      case 'relative':
        return link(end).slice(address.origin.length);
      case 'other host':
        return link(end).replace(address.origin, FOREIGN);
      case 'cycle of two':
        return link(skip === PAGE_ROWS ? 0 : PAGE_ROWS);
      case 'unparsable':
        return 'https://[no address';
    }
  }

  #rows(filter: string): readonly MachineAction[] {
    const machine = /machineId eq '(\w+)'/u.exec(filter)?.[1];
    const after = /lastUpdateDateTimeUtc gt (\S+)/u.exec(filter)?.[1] ?? '';
    const from = /creationDateTimeUtc ge (\S+)/u.exec(filter)?.[1] ?? '';
    const before = /creationDateTimeUtc lt (\S+)/u.exec(filter)?.[1] ?? '~';
    return this.actions
      .filter((one) => machine === undefined || one.machineId === machine)
      .filter(({ lastUpdateDateTimeUtc }) => (lastUpdateDateTimeUtc ?? '') > after)
      .filter(({ creationDateTimeUtc: created }) => created >= from && created < before)
      .sort((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1));
  }
}
