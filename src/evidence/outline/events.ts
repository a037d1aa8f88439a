import { textAt } from '../../base/atIndex.ts';
import { MAX_ITEMS, nameOf } from './outlineItem.ts';
import type { OutlineItem, OutlineText } from './outlineItem.ts';
import { findRecords } from './records.ts';

const ID_KEYS = new Set(['Id', 'EventID', 'Event ID', 'InstanceId']);
const TIME_KEYS = new Set(['TimeCreated', 'TimeGenerated', 'Date']);
const SOURCE_KEYS = new Set(['ProviderName', 'Source']);
const ALL_KEYS = new Set([...ID_KEYS, ...TIME_KEYS, ...SOURCE_KEYS]);

interface Field {
  readonly key: string;
  readonly value: string;
}

/**
 * Outlines events as `Get-WinEvent | Format-List` and `wevtutil /f:text` print them. Each event has an id and a time.
 */
export function outlineEvents(text: OutlineText): readonly OutlineItem[] | undefined {
  return outlineNumbered(text) ?? outlineListed(text);
}

function outlineListed(text: OutlineText): readonly OutlineItem[] | undefined {
  const blocks = findRecords(text, ALL_KEYS);
  if (blocks === undefined || blocks.length === 0) return undefined;
  const items = blocks.map(({ fields, firstLine, lastLine }) => toItem(fields, firstLine, lastLine));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** Outlines events that begin with `Event[0]:`. Their fields follow, indented. */
function outlineNumbered({ lines, start }: OutlineText): readonly OutlineItem[] | undefined {
  const heads: number[] = [];
  for (let at = start; at < lines.length; at++) {
    const line = textAt(lines, at);
    if (/^Event\[\d{1,9}\]:?$/u.test(line)) {
      if (heads.push(at) > MAX_ITEMS) return undefined;
    } else if (heads.length === 0 && line.trim() !== '') return undefined;
  }
  const items = heads.map((head, at) => {
    let last = (heads[at + 1] ?? lines.length) - 1;
    while (last > head && lines[last]?.trim() === '') last--;
    const fields = lines.slice(head + 1, last + 1).flatMap((line): Field[] => {
      const field = /^ {2}(\w[\w ]{0,40}): ?(.*)$/u.exec(line);
      return field === null ? [] : [{ key: textAt(field, 1), value: textAt(field, 2) }];
    });
    return toItem(fields, head, last);
  });
  return items.length > 0 && items.every((item) => item !== undefined) ? items : undefined;
}

function toItem(fields: readonly Field[], firstLine: number, lastLine: number): OutlineItem | undefined {
  const valueOf = (keys: ReadonlySet<string>): string | undefined => fields.find(({ key }) => keys.has(key))?.value;
  const id = valueOf(ID_KEYS);
  const time = valueOf(TIME_KEYS);
  if (id === undefined || !/^\d{1,10}$/u.test(id.trim()) || time === undefined) return undefined;
  const name = nameOf([id.trim(), valueOf(SOURCE_KEYS) ?? ''].filter((part) => part !== '').join(' · '), id);
  return { name, detail: nameOf(time, ''), kind: 'event', firstLine, lastLine, children: [] };
}
