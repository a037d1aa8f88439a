import { endOfString } from '../decode/jsonOutline.ts';
import { scanJson } from '../decode/jsonRepair.ts';
import { MAX_ITEMS, nameOf } from './outlineItem.ts';
import type { OutlineItem, OutlineText } from './outlineItem.ts';

/** Number of levels in the outline, with the complete value as the first. A value on a deeper level has no item. */
const MAX_DEPTH = 4;

interface Open {
  readonly name: string;
  readonly kind: 'object' | 'array';
  readonly firstLine: number;
  readonly children: OutlineItem[];
  /** The name of the next value, after its key was read. */
  next: string | undefined;
  count: number;
}

/**
 * Outlines a JSON value on several lines. The value may follow the line that Defender's script runner writes. JSON on a
 * single line needs no outline.
 */
export function outlineJsonText({ lines, start }: OutlineText): readonly OutlineItem[] | undefined {
  let first = start;
  while (first < lines.length && lines[first]?.trim() === '') first++;
  const opening = lines[first]?.trimStart().charAt(0);
  if (opening !== '{' && opening !== '[') return undefined;
  let last = lines.length - 1;
  while (lines[last]?.trim() === '') last--;
  if (last === first) return undefined;
  const body = lines.slice(start).join('\n');
  // JSON.parse is not used, because it would turn a text of brackets into objects of a hundred times its size.
  if (scanJson(body).end !== 'complete') return undefined;
  return new JsonItems(body, start).read();
}

/** Reads the items of a text that is valid JSON. Does not use recursion, because the device determines the depth. */
class JsonItems {
  readonly #json: string;
  readonly #whole: Open;
  readonly #open: Open[];
  #line: number;
  #items = 0;

  constructor(json: string, firstLine: number) {
    this.#json = json;
    this.#line = firstLine;
    this.#whole = { name: '', kind: 'array', firstLine, children: [], next: undefined, count: 0 };
    this.#open = [this.#whole];
  }

  /**
   * Reads the items of the complete value.
   *
   * @returns undefined if there are more items than the outline shows, or if a string contains a raw control character,
   * such as a line end
   */
  read(): readonly OutlineItem[] | undefined {
    let pending: string | undefined;
    for (let at = 0; at < this.#json.length && this.#items <= MAX_ITEMS;) {
      const sign = this.#json.charAt(at);
      const end = this.#endOfToken(sign, at);
      const top = this.#top();
      if (sign === '\n') this.#line++;
      else if (sign === '{' || sign === '[') this.#enter(sign === '{' ? 'object' : 'array');
      else if (sign === '}' || sign === ']') this.#leave();
      else if (sign === ':') top.next = this.#isShown() ? textOf(pending ?? '') : '';
      else if (sign === ',') top.next = undefined;
      else if (!isSpace(sign)) {
        const word = this.#json.slice(at, end);
        if (sign === '"' && hasControls(word)) return undefined;
        if (top.kind === 'object' && top.next === undefined) pending = word;
        else this.#addValue(top, word);
      }
      at = end;
    }
    return this.#items > MAX_ITEMS ? undefined : this.#whole.children[0]?.children;
  }

  #endOfToken(sign: string, at: number): number {
    if (sign === '"') return endOfString(this.#json, at) + 1;
    if (isMark(sign) || isSpace(sign)) return at + 1;
    let end = at + 1;
    while (end < this.#json.length && !isMark(this.#json.charAt(end)) && !isSpace(this.#json.charAt(end))) end++;
    return end;
  }

  #top(): Open {
    return this.#open.at(-1) ?? this.#whole;
  }

  #isShown(): boolean {
    return this.#open.length <= MAX_DEPTH;
  }

  #enter(kind: Open['kind']): void {
    const name = this.#nextName();
    this.#open.push({ name, kind, firstLine: this.#line, children: [], next: undefined, count: 0 });
  }

  #leave(): void {
    const { name, kind, firstLine, children } = this.#open.pop() ?? this.#whole;
    this.#add({ name, detail: '', kind, firstLine, lastLine: this.#line, children });
  }

  #addValue(of: Open, word: string): void {
    const name = this.#nextName();
    if (!this.#isShown()) of.next = undefined;
    else {
      const detail = nameOf(textOf(word), '""');
      this.#add({ name, detail, kind: 'value', firstLine: this.#line, lastLine: this.#line, children: [] });
    }
  }

  #add(item: OutlineItem): void {
    const holder = this.#top();
    holder.next = undefined;
    if (!this.#isShown()) return;
    holder.children.push(item);
    this.#items++;
  }

  #nextName(): string {
    const top = this.#top();
    return top.kind === 'array' ? `[${top.count++}]` : nameOf(top.next ?? '', '""');
  }
}

function isMark(sign: string): boolean {
  return '{}[],:"'.includes(sign);
}

function isSpace(sign: string): boolean {
  return ' \t\r\n'.includes(sign);
}

/** Whether a string contains a raw control character. {@link scanJson} accepts such characters, but JSON does not. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20) return true;
  return false;
}

function textOf(word: string): string {
  return word.startsWith('"') ? (JSON.parse(word) as string) : word;
}
