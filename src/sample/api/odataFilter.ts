import { ODataError, sortableTime, tokenize } from './odataLexer.ts';
import type { Token } from './odataLexer.ts';
import type { Entity } from './wire.ts';

/** Kinds of values that a property may be compared with. */
export type PropertyKind = 'text' | 'time';

/** The properties of an entity type that `$filter` and `$orderby` may name. */
export interface EntityType {
  /** Name of the type in the service's error texts. */
  readonly name: string;
  readonly properties: Readonly<Record<string, PropertyKind>>;
  /** Properties that the entity has but the filter refuses, such as `computerDnsName` of an action (api-facts §2). */
  readonly notFilterable: readonly string[];
}

/** Whether an entity passes a filter. */
export type Predicate = (entity: Entity) => boolean;

/**
 * Returns the kind of a property.
 * @throws {@link ODataError} with the service's text, if the filter does not accept the property
 */
export function propertyKind(type: EntityType, property: string): PropertyKind {
  const kind = Object.hasOwn(type.properties, property) ? type.properties[property] : undefined;
  if (kind !== undefined) {
    return kind;
  }
  throw new ODataError(
    type.notFilterable.includes(property)
      ? `The property '${property}' cannot be used in the $filter query option.`
      : `Could not find a property named '${property}' on type '${type.name}'.`,
  );
}

/**
 * Returns a property's value as a text that can be compared. A time keeps its full precision. Any other text is
 * unchanged.
 */
export function comparable(entity: Entity, property: string, kind: PropertyKind): string {
  const value = entity[property];
  if (typeof value !== 'string') {
    return '';
  }
  return kind === 'time' ? sortableTime(value) : value;
}

const comparisons: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
};

/**
 * Parses a `$filter` into a predicate: `eq ne gt ge lt le`, `in (…)`, `startswith(…)`, `and`, `or`, `not`, parentheses.
 *
 * Texts are quoted, and a quote inside a text is doubled. Times are not quoted (api-facts §2). A quoted time is an
 * error.
 *
 * @throws {@link ODataError} if the service would answer with 400
 */
export function parseFilter(filter: string, type: EntityType): Predicate {
  const tokens = tokenize(filter);
  let at = 0;
  const fail = (): never => {
    const token = tokens[at];
    throw new ODataError(
      `Syntax error ${token === undefined ? 'at the end' : `near '${token.value}'`} of '${filter}'.`,
    );
  };
  const take = (): Token => {
    const token = tokens[at] ?? fail();
    at += 1;
    return token;
  };
  const accept = (kind: Token['kind'], value: string): boolean => {
    const token = tokens[at];
    const fits = token?.kind === kind && token.value === value;
    at += fits ? 1 : 0;
    return fits;
  };
  const expect = (sign: string): void => {
    if (!accept('sign', sign)) {
      fail();
    }
  };
  const literal = (kind: PropertyKind): string => {
    const token = take();
    const fits = kind === 'time' ? token.kind === 'time' : token.kind === 'text' || token.kind === 'guid';
    if (!fits) {
      throw new ODataError(
        `A binary operator with incompatible types was detected near '${token.value}' in '${filter}'.`,
      );
    }
    return kind === 'time' ? sortableTime(token.value) : token.value;
  };
  const property = (): { readonly read: (entity: Entity) => string; readonly kind: PropertyKind } => {
    const token = take();
    if (token.kind !== 'word') {
      at -= 1;
      return fail();
    }
    const kind = propertyKind(type, token.value);
    return { kind, read: (entity) => comparable(entity, token.value, kind) };
  };
  const comparison = (): Predicate => {
    if (accept('word', 'startswith')) {
      expect('(');
      const { read } = property();
      expect(',');
      const start = literal('text');
      expect(')');
      return (entity) => read(entity).startsWith(start);
    }
    const { read, kind } = property();
    const operator = take();
    if (operator.kind === 'word' && operator.value === 'in') {
      const values = new Set<string>();
      expect('(');
      do {
        values.add(literal(kind));
      } while (accept('sign', ','));
      expect(')');
      return (entity) => values.has(read(entity));
    }
    const compare =
      operator.kind === 'word' && Object.hasOwn(comparisons, operator.value) ? comparisons[operator.value] : undefined;
    if (compare === undefined) {
      at -= 1;
      return fail();
    }
    const value = literal(kind);
    return (entity) => compare(read(entity), value);
  };
  const term = (): Predicate => {
    if (accept('word', 'not')) {
      const inner = term();
      return (entity) => !inner(entity);
    }
    if (accept('sign', '(')) {
      const inner = either();
      expect(')');
      return inner;
    }
    return comparison();
  };
  const both = (): Predicate => {
    const terms = [term()];
    while (accept('word', 'and')) {
      terms.push(term());
    }
    return (entity) => terms.every((passes) => passes(entity));
  };
  const either = (): Predicate => {
    const terms = [both()];
    while (accept('word', 'or')) {
      terms.push(both());
    }
    return (entity) => terms.some((passes) => passes(entity));
  };
  const predicate = either();
  return at === tokens.length ? predicate : fail();
}
