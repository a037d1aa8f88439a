import type { Range } from '../base/places.ts';
import { RESULT_SCHEME } from '../base/scheme.ts';
import { parseResultUri, wholeAddress } from '../base/resultUri.ts';
import type { CopiedRun } from './copied.ts';
import { toWholeRanges } from '../evidence/text/textParts.ts';
import type { ResultAddress } from '../base/resultUri.ts';

/** Place of a copied text in a result. Without ranges, the complete result is meant. */
export interface CopiedText {
  readonly address: ResultAddress;
  readonly ranges: readonly Range[];
}

/** Sources of copied text: parts of results, and commands without a readable result. */
export interface Copied {
  readonly texts: readonly CopiedText[];
  readonly statuses: readonly ResultAddress[];
  readonly run: CopiedRun | undefined;
}

/** Largest number of sources of one copy. A table with more rows is read by no one; an export is the better way. */
export const MOST_SOURCES = 1000;

/**
 * Reads the clipboard data that `describeCopied` or `describeSources` wrote; undefined for other data, because other
 * extensions can also write to a clipboard.
 */
export function readCopied(json: string): Copied | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if ('sources' in value) return readSources(value.sources, 'run' in value ? value.run : undefined);
  if (!('query' in value) || !('ranges' in value)) return undefined;
  if (typeof value.query !== 'string' || !Array.isArray(value.ranges)) return undefined;
  const address = parseResultUri({ scheme: RESULT_SCHEME, query: value.query });
  const ranges = value.ranges.map(readRange);
  const known = ranges.filter((range) => range !== undefined);
  if (address === undefined || known.length === 0 || known.length !== ranges.length) return undefined;
  const texts = [{ address: wholeAddress(address), ranges: toWholeRanges(address, known) }];
  return { texts, statuses: [], run: undefined };
}

function readSources(value: unknown, run: unknown): Copied | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_SOURCES) return undefined;
  const texts: CopiedText[] = [];
  const statuses: ResultAddress[] = [];
  for (const source of value as readonly unknown[]) {
    if (typeof source !== 'object' || source === null || !('query' in source)) return undefined;
    if (typeof source.query !== 'string') return undefined;
    const address = parseResultUri({ scheme: RESULT_SCHEME, query: source.query });
    const line = 'line' in source ? source.line : undefined;
    const lastLine = 'lastLine' in source ? source.lastLine : line;
    if (address === undefined || (line !== undefined && !(isLine(line) && isLine(lastLine)))) return undefined;
    if ('isStatus' in source && source.isStatus === true) statuses.push(address);
    else texts.push({ address, ranges: line === undefined ? [] : [lineRange(line, Number(lastLine))] });
  }
  return { texts, statuses, run: readRun(run) };
}

function readRun(value: unknown): CopiedRun | undefined {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('most' in value) || !('ignored' in value))
    return undefined;
  const { key, most, ignored } = value;
  if (typeof key !== 'string' || !isLine(most) || !Array.isArray(ignored)) return undefined;
  return { key, most, ignored: ignored.filter((rule) => typeof rule === 'string') };
}

function isLine(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** Returns the range of complete lines. @param line - from 1 */
export function lineRange(line: number, lastLine = line): Range {
  return { start: { line: line - 1, character: 0 }, end: { line: lastLine - 1, character: Number.MAX_SAFE_INTEGER } };
}

function readRange(value: unknown): Range | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const numbers = value.filter((one): one is number => Number.isSafeInteger(one) && Number(one) >= 0);
  const [fromLine, from, toLine, to] = numbers;
  if (fromLine === undefined || from === undefined || toLine === undefined || to === undefined) return undefined;
  return { start: { line: fromLine, character: from }, end: { line: toLine, character: to } };
}
