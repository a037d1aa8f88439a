import { nameOf } from './outline.ts';
import type { OutlineItem, OutlineText } from './outline.ts';

/** A block of `key: value` lines, with its first line and its last, from 0. */
export interface RecordBlock {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly fields: readonly { readonly key: string; readonly value: string }[];
}

const FIELD = /^([\p{L}_][^:=\t"'{}[\]<>]{0,60}?) *:(?: (.*))?$/u;

/**
 * Blocks of fields, parted by empty lines, as `Format-List` prints them. All that stands in the text must be fields,
 * or lines that go on with one.
 */
export function findRecords({ lines, start }: OutlineText): readonly RecordBlock[] | undefined {
  const blocks: RecordBlock[] = [];
  let block: { firstLine: number; lastLine: number; fields: { key: string; value: string }[] } | undefined;
  let afterBlank = true;
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      afterBlank = true;
      continue;
    }
    const goesOn = /^ {2}/u.test(line);
    const field = goesOn ? null : FIELD.exec(line);
    if (field === null && !(goesOn && block !== undefined)) return undefined;
    if (afterBlank && !goesOn) {
      block = { firstLine: at, lastLine: at, fields: [] };
      blocks.push(block);
    }
    afterBlank = false;
    if (block === undefined) return undefined;
    block.lastLine = at;
    if (field !== null) block.fields.push({ key: field[1] ?? '', value: (field[2] ?? '').trim() });
  }
  return blocks;
}

/** Records of one kind: two at least, of two fields at least, which all begin with the same key. */
export function outlineRecords(text: OutlineText): readonly OutlineItem[] | undefined {
  const blocks = findRecords(text);
  if (blocks === undefined || blocks.length < 2) return undefined;
  const key = blocks[0]?.fields[0]?.key;
  if (blocks.some(({ fields }) => fields.length < 2 || fields[0]?.key !== key)) return undefined;
  return blocks.map(({ fields, firstLine, lastLine }) => ({
    name: nameOf(fields[0]?.value ?? '', key ?? '–'),
    detail: nameOf(fields[1]?.value ?? '', ''),
    kind: 'record',
    firstLine,
    lastLine,
    children: [],
  }));
}
