/** An error to which the service answers with 400 and the code `ODataError` (api-facts §5). */
export class ODataError extends Error {
  override readonly name = 'ODataError';
}

/** A token of a `$filter`: a sign, a name or operator, or a literal. */
export interface Token {
  readonly kind: 'sign' | 'word' | 'text' | 'time' | 'guid';
  readonly value: string;
}

const patterns: readonly (readonly [kind: Token['kind'], pattern: RegExp])[] = [
  ['text', /'(?:[^']|'')*'/uy],
  ['sign', /[(),]/uy],
  ['time', /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d))?(?![\w-])/uy],
  ['guid', /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\w-])/iuy],
  ['word', /[A-Za-z_][\w/]*/uy],
];

/**
 * Converts a time to a text that sorts by time: UTC with seven fraction digits, the precision of the service.
 * JavaScript's `Date` has only milliseconds, so it would make two different moments equal.
 */
export function sortableTime(text: string): string {
  const [, fraction = ''] = /\.(\d+)/u.exec(text) ?? [];
  const moment = Date.parse(text.replace(/\.\d+/u, ''));
  if (Number.isNaN(moment)) {
    throw new ODataError(`The time '${text}' cannot be read.`);
  }
  return `${new Date(moment).toISOString().slice(0, 19)}.${fraction.padEnd(7, '0').slice(0, 7)}`;
}

function valueOf(kind: Token['kind'], text: string): string {
  if (kind === 'text') {
    return text.slice(1, -1).replaceAll("''", "'");
  }
  return kind === 'guid' ? text.toLowerCase() : text;
}

/** Splits a `$filter` into its tokens. */
export function tokenize(filter: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    if (/\s/u.test(filter.charAt(at))) {
      at += 1;
      continue;
    }
    const start = at;
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = start;
      const [text] = pattern.exec(filter) ?? [];
      if (text !== undefined) {
        tokens.push({ kind, value: valueOf(kind, text) });
        at += text.length;
        break;
      }
    }
    if (at === start) {
      throw new ODataError(`Syntax error at position ${String(start)} in '${filter}'.`);
    }
  }
  return tokens;
}
