import { endOfString } from '../decode/jsonOutline.ts';
import { scanJson } from '../decode/jsonRepair.ts';
import { MAX_ITEMS, nameOf } from './outlineItem.ts';
import type { OutlineItem, OutlineText } from './outlineItem.ts';

/** Number of levels in the outline, with the complete value as the first. A value on a deeper level has no item. */
const MAX_DEPTH = 4;

/** An object or an array whose end was not read yet. */
class Open {
  readonly name: string;
  readonly kind: 'object' | 'array';
  readonly firstLine: number;
  readonly children: OutlineItem[] = [];
  /** The value around this one. The complete text is around itself. */
  readonly outer: Open;
  /** Number of values that are open, with this one. */
  readonly depth: number;
  /** Whether the key of the next value was read, and its name. */
  hasKey = false;
  next = '';
  count = 0;

  constructor(name: string, kind: Open['kind'], firstLine: number, outer?: Open) {
    this.name = name;
    this.kind = kind;
    this.firstLine = firstLine;
    this.outer = outer ?? this;
    this.depth = outer === undefined ? 1 : outer.depth + 1;
  }
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
  #top: Open;
  #line: number;
  #items = 0;

  constructor(json: string, firstLine: number) {
    this.#json = json;
    this.#line = firstLine;
    this.#whole = this.#top = new Open('', 'array', firstLine);
  }

  /**
   * Reads the items of the complete value.
   *
   * @returns undefined if there are more items than the outline shows, or if a string contains a raw control character,
   * such as a line end
   */
  read(): readonly OutlineItem[] | undefined {
    let pending = '';
    for (let at = 0; at < this.#json.length && this.#items <= MAX_ITEMS;) {
      const sign = this.#json.charAt(at);
      const end = this.#endOfToken(sign, at);
      const top = this.#top;
      if (sign === '\n') this.#line++;
      else if (sign === '{' || sign === '[') this.#enter(sign === '{' ? 'object' : 'array');
      else if (sign === '}' || sign === ']') this.#leave();
      else if (sign === ':') {
        top.hasKey = true;
        top.next = this.#isShown() ? textOf(pending) : '';
      } else if (sign === ',') top.hasKey = false;
      else if (!isSpace(sign)) {
        const word = this.#json.slice(at, end);
        if (sign === '"' && hasControls(word)) return undefined;
        if (top.kind === 'object' && !top.hasKey) pending = word;
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

  #isShown(): boolean {
    return this.#top.depth <= MAX_DEPTH;
  }

  #enter(kind: Open['kind']): void {
    this.#top = new Open(this.#nextName(), kind, this.#line, this.#top);
  }

  #leave(): void {
    const { name, kind, firstLine, children, outer } = this.#top;
    this.#top = outer;
    this.#add({ name, detail: '', kind, firstLine, lastLine: this.#line, children });
  }

  #addValue(of: Open, word: string): void {
    const name = this.#nextName();
    if (!this.#isShown()) of.hasKey = false;
    else {
      const detail = nameOf(textOf(word), '""');
      this.#add({ name, detail, kind: 'value', firstLine: this.#line, lastLine: this.#line, children: [] });
    }
  }

  #add(item: OutlineItem): void {
    const holder = this.#top;
    holder.hasKey = false;
    if (!this.#isShown()) return;
    holder.children.push(item);
    this.#items++;
  }

  #nextName(): string {
    const top = this.#top;
    return top.kind === 'array' ? `[${top.count++}]` : nameOf(top.next, '""');
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
