import { unescapeClixml } from './clixmlText.ts';

/** Events of a text that may hold CLIXML, in the order of the text. */
export interface ClixmlListener {
  /** Text that is no markup: before, between, inside and behind documents. `inside`: between `<Objs>` and `</Objs>`. */
  readonly native: (stretch: string, inside: boolean) => void;
  /** `#< CLIXML`. It belongs to a document only where one follows. */
  readonly mark: () => void;
  /** `<Objs>`, also of a document inside another. */
  readonly begin: () => void;
  /** `</Objs>`, or the end of the text inside a document. */
  readonly end: (isCut: boolean) => void;
  /** A tag that the end of the text cuts. */
  readonly cutTag: (text: string) => void;
  /** Some text of a record, unescaped. */
  readonly text: (stretch: string, stream: string) => void;
  /** A record is over: `isObject` where it is no text but an object, whose own text came before if it has one. */
  readonly record: (stream: string, isObject: boolean) => void;
}

const MARK = '#< CLIXML';
const OUTER = 'Objs';
/** Elements that hold elements: text directly inside them is none of CLIXML's. */
const CONTAINERS = new Set('Obj TN MS Props LST IE DCT En STK QUE PR'.split(' '));
/** Elements that hold a value ([MS-PSRP] 2.2.5). */
const VALUES = new Set(
  'S C B DT TS By SB U16 I16 U32 I32 U64 I64 Sg Db D BA G URI Nil Version XD SBK SS T ToString Ref TNRef AV AI PI PC SR SD'.split(
    ' ',
  ),
);
/** Streams whose objects are of interest to the host alone: how far something is. */
const SILENT = 'progress';
/** The stream of what names none. */
const OUTPUT = 'output';
const TAG = /<(\/?)([A-Za-z]\w{0,15})((?:\s[^<>]{0,1000})?\/?)>/uy;
/** The beginning of a tag that the text ends within. */
const TAG_BEGUN = /^<\/?(?:[A-Za-z]\w{0,15}(?:\s[^<>]{0,1000})?\/?)?$/u;
/** Characters that a tag has at most. */
const MAX_TAG = 1100;
const STREAM = /\sS="([^"<>]{1,40})"/u;
/** The beginning of a mark, of an entity or of an escape that the text ends within. */
const MARK_BEGUN = /#(?:<(?: (?:C(?:L(?:I(?:X(?:M)?)?)?)?)?)?)?$/u;
const ESCAPE_BEGUN = /(?:&[#\w]{0,8}|(?<!_x[\da-fA-F]{4})_(?:x[\da-fA-F]{0,4})?)$/u;

interface OpenElement {
  readonly name: string;
  readonly isValue: boolean;
  /** Whose text is shown; undefined for what is part of an object. */
  readonly stream: string | undefined;
}

/**
 * Reads CLIXML out of a text that comes in stretches, as child PowerShell processes write it to their error stream.
 * Other processes write into the same stream, so their text may stand anywhere, also between two elements. Each
 * character that is no markup is reported once, in its order.
 */
export class ClixmlReader {
  readonly #listener: ClixmlListener;
  #held = '';
  #hasMark = false;
  /** `<Objs>` that are open: one may stand inside another. */
  #documents = 0;
  /** Elements that are open inside the innermost record. */
  #open: OpenElement[] = [];

  constructor(listener: ClixmlListener) {
    this.#listener = listener;
  }

  add(stretch: string): void {
    this.#read(this.#held + stretch, false);
  }

  /** The text is over. A record that is open is reported as one. */
  end(): void {
    const held = this.#held;
    this.#held = '';
    this.#read(held, true);
    this.#endOpenRecord();
    for (; this.#documents > 0; this.#documents--) this.#listener.end(true);
  }

  #read(text: string, isLast: boolean): void {
    let from = 0;
    while (from < text.length) {
      const sign = this.#nextSign(text, from);
      const to = sign < 0 ? text.length : sign;
      const heldFrom = sign < 0 && !isLast ? this.#beginOfSign(text, from) : to;
      this.#pass(text.slice(from, heldFrom));
      if (sign < 0) {
        this.#held = text.slice(heldFrom);
        return;
      }
      const next = this.#readSign(text, sign, isLast);
      if (next < 0) {
        this.#held = text.slice(sign);
        return;
      }
      from = next;
    }
    this.#held = '';
  }

  /** The next place that may be markup. */
  #nextSign(text: string, from: number): number {
    if (!this.#hasMark) return text.indexOf(MARK, from);
    const tag = text.indexOf('<', from);
    // The second character of a mark is a `<`, too.
    return tag > from && (text.startsWith(MARK, tag - 1) || isMarkBegun(text, tag - 1)) ? tag - 1 : tag;
  }

  /** Where the end of a stretch has to wait for the next one. */
  #beginOfSign(text: string, from: number): number {
    const tail = text.slice(Math.max(from, text.length - MARK.length));
    const mark = tail.search(MARK_BEGUN);
    const escape = this.#isInValue() ? tail.search(ESCAPE_BEGUN) : -1;
    const held = [mark, escape].filter((at) => at >= 0);
    return text.length - (held.length === 0 ? 0 : tail.length - Math.min(...held));
  }

  /** @returns where it goes on; -1 where more of the text is needed */
  #readSign(text: string, at: number, isLast: boolean): number {
    if (text.startsWith(MARK, at)) {
      this.#hasMark = true;
      this.#listener.mark();
      return at + MARK.length;
    }
    if (isMarkBegun(text, at)) {
      if (!isLast) return -1;
      this.#pass(text.slice(at));
      return text.length;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (tag === null) {
      const isBegun = text.length - at < MAX_TAG && TAG_BEGUN.test(text.slice(at));
      if (isBegun && !isLast) return -1;
      if (isBegun && this.#isKnown(text.slice(at))) {
        this.#listener.cutTag(text.slice(at));
        return text.length;
      }
      this.#pass('<');
      return at + 1;
    }
    const [all, slash = '', name = '', attributes = ''] = tag;
    if (!this.#readTag(slash === '/', name, attributes)) this.#pass(all);
    return at + all.length;
  }

  /** Whether the beginning of a tag can only be one of CLIXML's. */
  #isKnown(begun: string): boolean {
    const name = /^<\/?([A-Za-z]\w*)/u.exec(begun)?.[1];
    if (name === undefined) return false;
    if (OUTER.startsWith(name)) return true;
    return this.#documents > 0 && [...VALUES, ...CONTAINERS].some((known) => known.startsWith(name));
  }

  /** @returns false where it is no tag of CLIXML's, there */
  #readTag(isEnd: boolean, name: string, attributes: string): boolean {
    if (name === OUTER) return this.#readOuter(isEnd);
    const isValue = VALUES.has(name);
    if (this.#documents === 0 || !(isValue || CONTAINERS.has(name))) return false;
    if (isEnd) this.#close(name);
    else {
      const isClosed = attributes.endsWith('/');
      this.#openElement(name, isValue, STREAM.exec(attributes)?.[1]);
      if (isClosed) this.#close(name);
    }
    return true;
  }

  #readOuter(isEnd: boolean): boolean {
    if (isEnd && this.#documents === 0) return false;
    this.#endOpenRecord();
    this.#documents += isEnd ? -1 : 1;
    if (isEnd) this.#listener.end(false);
    else this.#listener.begin();
    return true;
  }

  #openElement(name: string, isValue: boolean, stream: string | undefined): void {
    // A value holds no elements, and a record no other: what came before was cut off.
    if (stream !== undefined || (this.#isInValue() && this.#open.length === 1)) this.#endOpenRecord();
    else if (this.#isInValue()) this.#open.pop();
    const [record] = this.#open;
    const own = stream ?? (record === undefined ? OUTPUT : undefined);
    // `ToString` of the record itself is what PowerShell prints of it.
    const isPrinted = name === 'ToString' && this.#open.length === 1 && record?.stream !== SILENT;
    if (this.#open.length < MAX_OPEN) {
      this.#open.push({ name, isValue, stream: own ?? (isPrinted ? record?.stream : undefined) });
    }
  }

  #close(name: string): void {
    const at = this.#open.findLastIndex((one) => one.name === name);
    if (at < 0) return;
    if (at === 0) this.#endOpenRecord();
    else this.#open.length = at;
  }

  #endOpenRecord(): void {
    const [record] = this.#open;
    this.#open = [];
    if (record !== undefined) this.#endRecord(record);
  }

  #endRecord({ stream = OUTPUT, isValue }: OpenElement): void {
    this.#listener.record(stream, !isValue);
  }

  #isInValue(): boolean {
    return this.#open.at(-1)?.isValue === true;
  }

  #pass(text: string): void {
    if (text === '') return;
    const element = this.#open.at(-1);
    if (element?.isValue !== true) this.#listener.native(text, this.#documents > 0);
    else if (element.stream !== undefined) this.#listener.text(unescapeClixml(text), element.stream);
  }
}

/** Deeper than PowerShell serialises: what is nested more is hostile. */
const MAX_OPEN = 200;

/** Whether the text ends within a mark that begins there. */
function isMarkBegun(text: string, at: number): boolean {
  return text.length - at < MARK.length && MARK.startsWith(text.slice(at));
}
