import { textAt } from '../../base/atIndex.ts';
import type { Span } from '../../base/places.ts';
import { RESULT_SCHEME } from '../../base/scheme.ts';
import { buildQuery, parseResultUri, wholeAddress } from '../../base/resultUri.ts';
import type { ResultAddress } from '../../base/resultUri.ts';

/** A place in a result that a note refers to. It has only ids and numbers, and no name of a device or a script. */
export interface Citation {
  readonly address: ResultAddress;
  /** The cited lines or columns. Empty if the complete result is cited. */
  readonly spans: readonly Span[];
}

/**
 * Limit for the number of cited spans in a link. No user selects more spans, so a link with more is not one of our
 * citations.
 */
const MAX_SPANS = 10_000;

/**
 * Builds the link of a citation: `live-response:/?cloud=…&tenant=…&action=…&index=…&stream=…#L5-L9,L12C3-L12C10`.
 *
 * `L5` and `L5-L9` are complete lines. `L5C3-L9C10` begins and ends within lines. `L5-L9C3-C10` is a rectangle.
 */
export function buildCitation({ address, spans }: Citation): string {
  const fragment = spans.length === 0 ? '' : `#${spans.map(toFragment).join(',')}`;
  return `${RESULT_SCHEME}:/?${buildQuery(wholeAddress(address))}${fragment}`;
}

/** Parses a citation's link. Returns undefined for a link that {@link buildCitation} could not have written. */
export function parseCitation(link: string): Citation | undefined {
  const parts = new RegExp(`^${RESULT_SCHEME}:/\\?([^#]*)(?:#(.+))?$`, 'u').exec(link);
  const address = parseResultUri({ scheme: RESULT_SCHEME, query: textAt(parts, 1) });
  // A citation counts lines from the start of the complete text, so its address must not name a part.
  if (address?.part !== undefined || address === undefined) return undefined;
  const fragments = parts?.[2]?.split(',') ?? [];
  const spans = fragments.slice(0, MAX_SPANS).flatMap((fragment) => parseFragment(fragment) ?? []);
  const inOrder = spans.every((span, at) => {
    const before = spans[at - 1];
    return before === undefined || follows(span, before);
  });
  return spans.length === fragments.length && inOrder ? { address, spans } : undefined;
}

/** Id of the extension that handles these addresses: `publisher.name` of package.json. */
export const EXTENSION = 'live-response-results.live-response-results';
const RESULT_PATH = '/result';

/**
 * Builds a citation's link for a preview, a ticket or a chat. These programs do not open links with our own scheme:
 * `vscode://live-response-results.live-response-results/result?cloud=…&tenant=…&action=…&index=…&stream=…&at=L5-L9`.
 *
 * @param scheme - URI scheme of the editor that opens the link: `vscode`, `vscode-insiders`, …
 */
export function buildOutsideAddress({ address, spans }: Citation, scheme = 'vscode'): string {
  // The spans are in the query, because browsers and chats remove the fragment of an address.
  const at = spans.length === 0 ? '' : `&at=${spans.map(toFragment).join(',')}`;
  return `${scheme}://${EXTENSION}${RESULT_PATH}?${buildQuery(wholeAddress(address))}${at}`;
}

/** Parses the parts of a link. Returns undefined unless {@link buildOutsideAddress} could have written the link. */
export function parseOutsideAddress(uri: {
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}): Citation | undefined {
  const parts = /^([^#]*?)(?:&at=([^&#]+))?$/u.exec(uri.query);
  if (parts === null || uri.path !== RESULT_PATH || uri.fragment !== '') return undefined;
  const fragment = parts[2] === undefined ? '' : `#${parts[2]}`;
  return parseCitation(`${RESULT_SCHEME}:/?${textAt(parts, 1)}${fragment}`);
}

/** Whether a span begins after the end of the previous span. Without overlaps, no quotation is longer than its text. */
function follows(span: Span, before: Span): boolean {
  if (span.firstLine !== before.lastLine) return span.firstLine > before.lastLine;
  return (span.columns?.first ?? 0) > (before.columns?.last ?? Infinity);
}

/** Describes a span for people: `lines 5–9`, `line 5 columns 3–10`. */
export function describeSpan({ firstLine, lastLine, columns }: Span): string {
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}–${lastLine}`;
  if (columns === undefined) return lines;
  const { first, last, block } = columns;
  if (block || firstLine === lastLine) return `${lines} columns ${first}–${last}`;
  return `line ${firstLine} column ${first} – line ${lastLine} column ${last}`;
}

function toFragment({ firstLine, lastLine, columns }: Span): string {
  if (columns === undefined) return firstLine === lastLine ? `L${firstLine}` : `L${firstLine}-L${lastLine}`;
  const { first, last, block } = columns;
  return block ? `L${firstLine}-L${lastLine}C${first}-C${last}` : `L${firstLine}C${first}-L${lastLine}C${last}`;
}

const NUMBER = '([1-9]\\d{0,9})';
const WHOLE = new RegExp(`^L${NUMBER}(?:-L${NUMBER})?$`, 'u');
const PART = new RegExp(`^L${NUMBER}C${NUMBER}-L${NUMBER}C(0|${NUMBER})$`, 'u');
const BLOCK = new RegExp(`^L${NUMBER}-L${NUMBER}C${NUMBER}-C${NUMBER}$`, 'u');

function parseFragment(fragment: string): Span | undefined {
  const number = (match: RegExpExecArray, group: number): number => Number(match[group] ?? match[1]);
  const whole = WHOLE.exec(fragment);
  const part = PART.exec(fragment);
  const block = BLOCK.exec(fragment);
  let span: Span | undefined;
  if (whole !== null) span = { firstLine: number(whole, 1), lastLine: number(whole, 2) };
  if (part !== null) {
    const columns = { first: number(part, 2), last: number(part, 4), block: false };
    span = { firstLine: number(part, 1), lastLine: number(part, 3), columns };
  }
  if (block !== null) {
    const columns = { first: number(block, 3), last: number(block, 4), block: true };
    span = { firstLine: number(block, 1), lastLine: number(block, 2), columns };
  }
  if (span === undefined || span.lastLine < span.firstLine) return undefined;
  // This extension writes each span in exactly one way. It did not write a fragment that differs from that way.
  return toFragment(span) === fragment ? span : undefined;
}
