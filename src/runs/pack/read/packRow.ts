import { textAt } from '../../../base/atIndex.ts';
import { isGuid, LAST_INDEX } from '../../../base/resultUri.ts';
import { ExportTally, toStrictJson } from '../../../evidence/export/exportText.ts';

/** A row of a pack's index. Everything in it is the word of whoever wrote the pack. */
export interface PackRow {
  readonly number: number;
  readonly device: string;
  readonly machineId?: string | undefined;
  /** Lower-case GUID. */
  readonly actionId: string;
  readonly commandIndex: number;
  readonly state: string;
  readonly why?: string | undefined;
  /** Name of its result within the pack; undefined if it has none. */
  readonly file?: string | undefined;
  readonly sha256?: string | undefined;
  readonly bytes?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly script?: string | undefined;
  /** Not in packs of earlier versions, like the ones below. */
  readonly createdUtc?: string | undefined;
  readonly actionStatus?: string | undefined;
  readonly commandStatus?: string | undefined;
  readonly arguments?: string | undefined;
  readonly comment?: string | undefined;
}

const TEXTS = ['device', 'actionId', 'state'] as const;
const MAYBE_TEXTS = [
  ...(['machineId', 'why', 'file', 'sha256', 'script', 'createdUtc'] as const),
  ...(['actionStatus', 'commandStatus', 'arguments', 'comment'] as const),
];
const MAYBE_NUMBERS = ['bytes', 'exitCode'] as const;

/** Reads a line of the index; undefined if it is not one that a pack has. */
export function readPackRow(line: string): PackRow | undefined {
  const value = parseObject(line);
  if (value === undefined) return undefined;
  const isIndex = (one: unknown): boolean => Number.isSafeInteger(one) && Number(one) >= 0;
  const isRight =
    TEXTS.every((key) => typeof value[key] === 'string') &&
    MAYBE_TEXTS.every((key) => value[key] === undefined || typeof value[key] === 'string') &&
    MAYBE_NUMBERS.every((key) => value[key] === undefined || Number.isSafeInteger(value[key])) &&
    isGuid(value['actionId']) &&
    isIndex(value['number']) &&
    isIndex(value['commandIndex']) &&
    Number(value['commandIndex']) <= LAST_INDEX;
  return isRight ? (value as unknown as PackRow) : undefined;
}

/**
 * Parses a JSON object as packs write it, without what the prototype of objects would add. A text that is written in
 * another way is refused: a key that stands twice would say one thing here, and another thing to another program.
 *
 * @param indent - number of blanks per level, as it was written
 * @returns undefined for anything else
 */
export function parseObject(json: string, indent?: number): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (toStrictJson(value, new ExportTally(), indent) !== json) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.assign(Object.create(null), value) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Largest number of cells in a row. A pack writes 20. */
const MOST_CELLS = 64;

/**
 * Returns the cells of a CSV text, row by row (RFC 4180). Ends at what is no CSV.
 *
 * @param most - largest number of rows that is read
 */
export function readCells(text: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length && rows.length < most && row.length < MOST_CELLS) {
    const quoted = text[at] === '"' ? endOfQuoted(text, at) : undefined;
    PLAIN_CELL.lastIndex = at;
    const end = quoted ?? at + textAt(PLAIN_CELL.exec(text), 0).length;
    CELL_END.lastIndex = end;
    const [mark] = CELL_END.exec(text) ?? [];
    if (mark === undefined) break;
    row.push(quoted === undefined ? text.slice(at, end) : text.slice(at + 1, end - 1).replaceAll('""', '"'));
    at = end + mark.length;
    if (mark === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const PLAIN_CELL = /[^",\r\n]*/uy;
const CELL_END = /,|\r?\n|$/uy;

/** Returns where a quoted cell ends; undefined if it does not. A loop: an expression runs out of stack in a long cell. */
function endOfQuoted(text: string, start: number): number | undefined {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return undefined;
}
