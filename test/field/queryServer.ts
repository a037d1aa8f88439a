import { createDefenderClient } from '../../src/defender/client.ts';
import type { DefenderClient } from '../../src/defender/client.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import type { HttpAnswer, HttpRequest } from '../../src/defender/transport.ts';
import { answer } from '../unit/defender/expected.ts';
import { SimulatedClock } from '../unit/defender/simulatedClock.ts';
import { numbered } from '../unit/results/manyActions.ts';

/** Parts of a list's query that a server may not support. */
export const PARTS = ['update', 'order', 'skip', 'rows'] as const;
export type Part = (typeof PARTS)[number];
/** The answers of a server to an unsupported part: a status, or no reaction at all. */
export const ANSWERS = [400, 404, 405, 500, 501, 'ignored'] as const;
export type PartAnswer = (typeof ANSWERS)[number];

/** Maximum of rows in a page, where the server's maximum is below ours. */
export const SERVER_ROWS = 1000;

/** Returns the parts of a query. */
export function partsOf({ searchParams }: URL): Part[] {
  const parts: Part[] = [];
  if ((searchParams.get('$filter') ?? '').includes('lastUpdateDateTimeUtc')) parts.push('update');
  if (searchParams.has('$orderby')) parts.push('order');
  if (searchParams.has('$skip')) parts.push('skip');
  if (Number(searchParams.get('$top') ?? 0) > SERVER_ROWS) parts.push('rows');
  return parts;
}

/** A server that supports every query except some parts. Without `$orderby` it lists the oldest first. */
export class QueryServer {
  readonly #lacks: Readonly<Partial<Record<Part, PartAnswer>>>;
  actions: MachineAction[];
  readonly asked: URL[] = [];
  /** Status of every answer from now on. */
  down: number | undefined;

  constructor(count: number, lacks: Readonly<Partial<Record<Part, PartAnswer>>>) {
    this.#lacks = lacks;
    this.actions = Array.from({ length: count }, (_, at) => numbered(at));
  }

  client(): DefenderClient {
    const send = (request: HttpRequest): Promise<HttpAnswer> => Promise.resolve(this.#answer(request));
    const usage = { minute: 0, hour: 0, pausedUntil: undefined };
    return createDefenderClient({
      apiUrl: 'https://api.security.microsoft.com',
      getAccessToken: () => Promise.resolve('token'),
      transport: { api: send, download: send },
      budget: {
        take: () => Promise.resolve({ end: () => Promise.resolve(), giveBack: () => Promise.resolve() }),
        refused: () => Promise.resolve(usage as never),
        usage: () => Promise.resolve(usage as never),
      },
      clock: new SimulatedClock(),
    });
  }

  /** Counts the calls with this part in their query. */
  callsWith(part: Part): number {
    return this.asked.filter((url) => partsOf(url).includes(part)).length;
  }

  #answer({ url }: HttpRequest): HttpAnswer {
    const address = new URL(url);
    this.asked.push(address);
    if (this.asked.length > 300) throw new Error('asked for ever');
    if (this.down !== undefined) return refuse(this.down);
    const id = /\/machineactions\/(.+)$/u.exec(address.pathname)?.[1];
    if (id !== undefined) {
      const one = this.actions.find((action) => action.id === decodeURIComponent(id));
      return one === undefined ? refuse(404) : answer(200, JSON.stringify(one));
    }
    for (const part of partsOf(address)) {
      const does = this.#lacks[part];
      if (typeof does === 'number') return refuse(does);
    }
    return answer(200, JSON.stringify({ value: this.#page(address.searchParams) }));
  }

  #page(query: URLSearchParams): readonly MachineAction[] {
    const ignores = (part: Part): boolean => this.#lacks[part] === 'ignored';
    const filter = query.get('$filter') ?? '';
    const updated = ignores('update') ? '' : (/lastUpdateDateTimeUtc gt (\S+)/u.exec(filter)?.[1] ?? '');
    const created = /creationDateTimeUtc gt (\S+)/u.exec(filter)?.[1] ?? '';
    const from = /creationDateTimeUtc ge (\S+)/u.exec(filter)?.[1] ?? '';
    const isOrdered = query.has('$orderby') && !ignores('order');
    const by = query.get('$orderby')?.startsWith('last') ? 1 : -1;
    const rows = this.actions
      .filter((one) => (one.lastUpdateDateTimeUtc ?? '') > updated)
      .filter(({ creationDateTimeUtc: time }) => time > created && time >= from)
      .sort((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? -1 : 1) * (isOrdered ? by : 1));
    const skip = ignores('skip') ? 0 : Number(query.get('$skip') ?? 0);
    const top = Number(query.get('$top') ?? 50);
    return rows.slice(skip, skip + (this.#lacks.rows === undefined ? top : Math.min(top, SERVER_ROWS)));
  }
}

function refuse(status: number): HttpAnswer {
  return answer(status, JSON.stringify({ error: { code: 'ODataError', message: 'The query is not supported.' } }));
}
