import { nameOf } from './outline.ts';
import type { OutlineItem, OutlineText } from './outline.ts';

/** Levels that are shown: what is deeper is found by folding what holds it. */
const MAX_DEPTH = 4;

interface Open {
  readonly name: string;
  readonly kind: 'object' | 'array';
  readonly firstLine: number;
  readonly children: OutlineItem[];
  /** What the next value is called, once its key was read. */
  next: string | undefined;
  count: number;
}

/** One JSON value behind the transcript line, on lines of its own. What stands on one line needs no outline. */
export function outlineJsonText({ lines, start }: OutlineText): readonly OutlineItem[] | undefined {
  const first = lines.slice(start).findIndex((line) => line.trim() !== '');
  const opening = lines[start + first]?.trimStart().charAt(0);
  if (first < 0 || (opening !== '{' && opening !== '[')) return undefined;
  const body = lines.slice(start).join('\n');
  try {
    JSON.parse(body);
  } catch {
    return undefined;
  }
  const root = readItems(body, start);
  return root.firstLine === root.lastLine ? undefined : root.children;
}

/** Of a text that is valid JSON. No recursion: depth is the device's to choose. */
function readItems(json: string, startLine: number): OutlineItem {
  const whole: Open = { name: '', kind: 'array', firstLine: startLine, children: [], next: undefined, count: 0 };
  const open: Open[] = [whole];
  let line = startLine;
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]|[-+.\w]+/gsu;
  let pending: string | undefined;
  const add = (name: string, detail: string, kind: OutlineItem['kind'], firstLine: number, of: Open): void => {
    if (open.length <= MAX_DEPTH) of.children.push({ name, detail, kind, firstLine, lastLine: line, children: [] });
  };
  for (const [word] of json.matchAll(token)) {
    const top = open.at(-1) ?? whole;
    const name = (): string => (top.kind === 'array' ? `[${top.count++}]` : nameOf(top.next ?? '', '""'));
    if (word === '\n') line++;
    else if (word === '{' || word === '[') {
      const kind = word === '{' ? 'object' : 'array';
      open.push({ name: name(), kind, firstLine: line, children: [], next: undefined, count: 0 });
    } else if (word === '}' || word === ']') {
      const closed = open.pop() ?? whole;
      const { kind, firstLine, children } = closed;
      const holder = open.at(-1) ?? whole;
      if (open.length <= MAX_DEPTH) {
        holder.children.push({ name: closed.name, detail: '', kind, firstLine, lastLine: line, children });
      }
    } else if (word === ':') {
      top.next = textOf(pending ?? '');
      pending = undefined;
      continue;
    } else if (word !== ',') {
      if (top.kind === 'object' && top.next === undefined) {
        pending = word;
        continue;
      }
      add(name(), nameOf(textOf(word), '""'), 'value', line, top);
    } else {
      top.next = undefined;
      continue;
    }
    if (word !== '\n' && word !== '{' && word !== '[') (open.at(-1) ?? whole).next = undefined;
  }
  const [root] = whole.children;
  return root ?? { name: '', detail: '', kind: 'array', firstLine: startLine, lastLine: startLine, children: [] };
}

function textOf(word: string): string {
  return word.startsWith('"') ? (JSON.parse(word) as string) : word;
}
