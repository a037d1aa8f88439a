import type { Range } from '../base/places.ts';
import { RESULT_SCHEME } from '../base/scheme.ts';
import { parseResultUri, wholeAddress } from '../base/resultUri.ts';
import { toWholeRanges } from '../evidence/text/textParts.ts';
import type { ResultAddress } from '../base/resultUri.ts';

/** Place of a copied text in a result. */
export interface Copied {
  readonly address: ResultAddress;
  readonly ranges: readonly Range[];
}

/**
 * Reads the clipboard data that `describeCopied` wrote; undefined for other data, because other extensions can also
 * write to a clipboard.
 */
export function readCopied(json: string): Copied | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('query' in value) || !('ranges' in value)) return undefined;
  if (typeof value.query !== 'string' || !Array.isArray(value.ranges)) return undefined;
  const address = parseResultUri({ scheme: RESULT_SCHEME, query: value.query });
  const ranges = value.ranges.map(readRange);
  const known = ranges.filter((range) => range !== undefined);
  if (address === undefined || known.length === 0 || known.length !== ranges.length) return undefined;
  return { address: wholeAddress(address), ranges: toWholeRanges(address, known) };
}

function readRange(value: unknown): Range | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const numbers = value.filter((one): one is number => Number.isSafeInteger(one) && Number(one) >= 0);
  const [fromLine, from, toLine, to] = numbers;
  if (fromLine === undefined || from === undefined || toLine === undefined || to === undefined) return undefined;
  return { start: { line: fromLine, character: from }, end: { line: toLine, character: to } };
}
