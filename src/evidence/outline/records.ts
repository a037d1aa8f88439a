import { textAt } from '../../base/atIndex.ts';
import { MAX_ITEMS, nameOf } from './outlineItem.ts';
import type { OutlineItem, OutlineText } from './outlineItem.ts';
import { withoutEnd } from '../text/trimEnds.ts';

/** A block of `key: value` lines, with the numbers of its first and last line, from 0. */
export interface RecordBlock {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly fields: readonly { readonly key: string; readonly value: string }[];
}

/** Maximum number of letters of a key after its first letter. */
const LONGEST_KEY = 60;
const KEY = /^[\p{L}_][^=\t"'{}[\]<>]*$/u;
/** Number of fields of a block that are kept in addition to the wanted fields. The first fields name a record. */
const KEPT_FIELDS = 2;

/**
 * Reads `key: value`, with or without spaces before the colon. Finds the first colon without a regular expression,
 * because a regular expression would start again at each space.
 */
function readField(line: string): { key: string; value: string } | undefined {
  const colon = line.indexOf(':');
  if (colon < 0) return undefined;
  const key = withoutEnd(line.slice(0, colon), ' ');
  // A letter has at most two UTF-16 units.
  if (key.length > 2 * (LONGEST_KEY + 1) || Array.from(key).length > LONGEST_KEY + 1 || !KEY.test(key))
    return undefined;
  const value = line.slice(colon + 1);
  return value === '' || (value.startsWith(' ') && !/[\n\r\u2028\u2029]/u.test(value)) ? { key, value } : undefined;
}

/**
 * Finds blocks of fields between empty lines, as `Format-List` prints them. Every line of the text must be a field, or
 * continue a field.
 *
 * @param wanted - keys whose first field is kept in each block. Of all other keys, the first two fields are kept
 * @returns undefined for any other text, and if there are more blocks than an outline shows
 */
export function findRecords(
  { lines, start }: OutlineText,
  wanted: ReadonlySet<string> = new Set(),
): readonly RecordBlock[] | undefined {
  const blocks: RecordBlock[] = [];
  let block: { firstLine: number; lastLine: number; fields: { key: string; value: string }[] } | undefined;
  let afterBlank = true;
  for (let at = start; at < lines.length; at++) {
    const line = textAt(lines, at);
    if (line.trim() === '') {
      afterBlank = true;
      continue;
    }
    const goesOn = /^ {2}/u.test(line);
    const field = goesOn ? undefined : readField(line);
    if (field === undefined) {
      if (!goesOn || block === undefined) return undefined;
    } else if (afterBlank || block === undefined) {
      block = { firstLine: at, lastLine: at, fields: [] };
      if (blocks.push(block) > MAX_ITEMS) return undefined;
    }
    afterBlank = false;
    block.lastLine = at;
    if (field === undefined) continue;
    const { key, value } = field;
    const { fields } = block;
    const isKept = fields.length < KEPT_FIELDS || (wanted.has(key) && !fields.some((kept) => kept.key === key));
    if (isKept) fields.push({ key, value: value.trim() });
  }
  return blocks;
}

/**
 * Outlines records of one kind. There must be at least two, each with at least two fields. All must begin with the same
 * key.
 */
export function outlineRecords(text: OutlineText): readonly OutlineItem[] | undefined {
  const blocks = findRecords(text);
  if (blocks === undefined || blocks.length < 2) return undefined;
  const key = blocks[0]?.fields[0]?.key;
  const items = blocks.flatMap(({ fields: [first, second], firstLine, lastLine }): OutlineItem[] =>
    first === undefined || second === undefined || first.key !== key
      ? []
      : [
          {
            name: nameOf(first.value, first.key),
            detail: nameOf(second.value, ''),
            kind: 'record',
            firstLine,
            lastLine,
            children: [],
          },
        ],
  );
  return items.length === blocks.length ? items : undefined;
}
