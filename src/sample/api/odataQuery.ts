import { comparable, parseFilter, propertyKind } from './odataFilter.ts';
import type { EntityType, Predicate } from './odataFilter.ts';
import { ODataError } from './odataLexer.ts';
import type { Entity } from './wire.ts';

/** The service's page maximum, which is also the largest `$top` (api-facts §2). */
export const pageMaximum = 10_000;

/** The part of a collection that a query requests. */
export interface QueryResult {
  readonly value: readonly Entity[];
  /** Number of entities that pass the filter; undefined without `$count=true`. */
  readonly count: number | undefined;
  /**
   * Query of the next page, if the page maximum cut this page. Absent if `$top` cut this page: the caller then
   * continues with `$skip`.
   */
  readonly nextQuery: string | undefined;
}

function wholeNumber(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) {
    return undefined;
  }
  if (!/^\d{1,9}$/u.test(text)) {
    throw new ODataError(
      `Invalid value '${text}' for ${name} query option found. The ${name} query option requires a non-negative integer value.`,
    );
  }
  return Number(text);
}

type Compare = (left: Entity, right: Entity) => number;

function parseOrder(text: string, type: EntityType): Compare {
  const orders = text.split(',').map((part): Compare => {
    const [property = '', direction = 'asc', ...rest] = part.trim().split(/\s+/u);
    if ((direction !== 'asc' && direction !== 'desc') || rest.length > 0) {
      throw new ODataError(`Syntax error in '$orderby=${text}'.`);
    }
    const kind = propertyKind(type, property);
    const sign = direction === 'desc' ? -1 : 1;
    return (left, right) => {
      const a = comparable(left, property, kind);
      const b = comparable(right, property, kind);
      return a === b ? 0 : a < b ? -sign : sign;
    };
  });
  return (left, right) => orders.reduce((result, order) => (result === 0 ? order(left, right) : result), 0);
}

const knownOptions: ReadonlySet<string> = new Set(['$filter', '$orderby', '$top', '$skip', '$count']);

function nextQuery(parameters: URLSearchParams, skip: number, top: number | undefined): string {
  const next = new URLSearchParams(parameters);
  next.set('$skip', String(skip));
  if (top !== undefined) {
    next.set('$top', String(top));
  }
  // OData writes `$` as `$` and a space as `%20`. URLSearchParams would write `%24` and `+`.
  return [...next]
    .map(([name, value]) => `${encodeURIComponent(name).replace('%24', '$')}=${encodeURIComponent(value)}`)
    .join('&');
}

/**
 * Answers a query (percent-encoded, without `?`) on a collection.
 *
 * @param pageSize - maximum number of entities on a page
 * @throws {@link ODataError} if the service would answer with 400
 */
export function queryCollection(
  entities: readonly Entity[],
  query: string,
  type: EntityType,
  pageSize: number = pageMaximum,
): QueryResult {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (name.startsWith('$') && !knownOptions.has(name)) {
      throw new ODataError(`The query parameter '${name}' is not supported.`);
    }
  }
  const filter = parameters.get('$filter');
  const passes: Predicate = filter === null ? () => true : parseFilter(filter, type);
  const top = wholeNumber(parameters, '$top');
  if (top !== undefined && top > pageMaximum) {
    throw new ODataError(
      `The limit of '${String(pageMaximum)}' for Top query has been exceeded. The value from the incoming request is '${String(top)}'.`,
    );
  }
  const skip = wholeNumber(parameters, '$skip') ?? 0;
  const found = entities.filter(passes);
  const order = parameters.get('$orderby');
  const sorted = order === null ? found : found.toSorted(parseOrder(order, type));
  const wanted = sorted.slice(skip, top === undefined ? undefined : skip + top);
  const value = wanted.slice(0, pageSize);
  return {
    value,
    count: parameters.get('$count') === 'true' ? found.length : undefined,
    nextQuery:
      wanted.length > value.length
        ? nextQuery(parameters, skip + value.length, top === undefined ? undefined : top - value.length)
        : undefined,
  };
}
