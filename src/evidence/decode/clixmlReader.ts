import { unescapeClixml } from './clixmlText.ts';

/** Events while a text that may contain CLIXML is read, in the order of the text. */
export interface ClixmlListener {
  /** Text outside of CLIXML's elements. `inside`: the text is between `<Objs>` and `</Objs>`. */
  readonly native: (stretch: string, inside: boolean) => void;
  /** The mark `#< CLIXML`. It belongs to a document only if a document follows. */
  readonly mark: () => void;
  /** The tag `<Objs>`, also of a document inside another document. */
  readonly begin: () => void;
  /** The tag `</Objs>`. `isCut`: the text ended before this tag. */
  readonly end: (isCut: boolean) => void;
  /** A tag that is cut off by the end of the text. */
  readonly cutTag: (text: string) => void;
  /** Part of a record's text, unescaped. */
  readonly text: (stretch: string, stream: string) => void;
  /**
   * The end of a record. `isObject`: the record is an object and not a text. If the object has a text, that text was
   * reported before.
   */
  readonly record: (stream: string, isObject: boolean) => void;
}

const MARK = '#< CLIXML';
const OUTER = 'Objs';
/** Elements that contain other elements. Text directly inside them does not belong to CLIXML. */
const CONTAINERS = new Set('Obj TN MS Props LST IE DCT En STK QUE PR'.split(' '));
/** Elements that contain a value ([MS-PSRP] 2.2.5). */
const VALUES = new Set(
  'S C B DT TS By SB U16 I16 U32 I32 U64 I64 Sg Db D BA G URI Nil Version XD SBK SS T ToString Ref TNRef AV AI PI PC SR SD'.split(
    ' ',
  ),
);
/** Stream of progress records. The text of such a record is not shown, because only the host program needs it. */
const SILENT = 'progress';
/** Stream of a record that does not name a stream. */
const OUTPUT = 'output';
const TAG = /<(\/?)([A-Za-z]\w{0,15})((?:\s[^<>]{0,1000})?\/?)>/uy;
/** Start of a tag that is cut off by the end of a piece. */
const TAG_BEGUN = /^<\/?(?:[A-Za-z]\w{0,15}(?:\s[^<>]{0,1000})?\/?)?$/u;
/** Limit for a tag, in characters. */
const MAX_TAG = 1100;
const STREAM = /\sS="([^"<>]{1,40})"/u;
/** Start of a mark, an entity or an escape that is cut off by the end of a piece. */
const MARK_BEGUN = /#(?:<(?: (?:C(?:L(?:I(?:X(?:M)?)?)?)?)?)?)?$/u;
const ESCAPE_BEGUN = /(?:&[#\w]{0,8}|(?<!_x[\da-fA-F]{4})_(?:x[\da-fA-F]{0,4})?)$/u;

interface OpenElement {
  readonly name: string;
  readonly isValue: boolean;
  /** Stream in which the element's text is shown; undefined for a part of an object. */
  readonly stream: string | undefined;
}

/**
 * Reads CLIXML from a text that arrives in pieces. Child PowerShell processes write CLIXML to their error stream. Other
 * processes write to the same stream, so their text can be anywhere, even between two elements. Each character that is
 * not markup is reported once, in the order of the text.
 */
export class ClixmlReader {
  readonly #listener: ClixmlListener;
  #held = '';
  #hasMark = false;
  /** Number of open `<Objs>` elements. A document can be inside another document. */
  #documents = 0;
  /** Open elements of the innermost record, including the record itself. */
  #open: OpenElement[] = [];

  constructor(listener: ClixmlListener) {
    this.#listener = listener;
  }

  add(stretch: string): void {
    this.#read(this.#held + stretch, false);
  }

  /** Ends the text. A record that is still open is reported like a complete record. */
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

  /** Returns the next place where markup may begin. */
  #nextSign(text: string, from: number): number {
    if (!this.#hasMark) return text.indexOf(MARK, from);
    const tag = text.indexOf('<', from);
    // This `<` can also be the second character of a mark.
    return tag > from && (text.startsWith(MARK, tag - 1) || isMarkBegun(text, tag - 1)) ? tag - 1 : tag;
  }

  /** Returns the place where markup may begin at the end of a piece. The text after it must wait for the next piece. */
  #beginOfSign(text: string, from: number): number {
    const tail = text.slice(Math.max(from, text.length - MARK.length));
    const mark = tail.search(MARK_BEGUN);
    const escape = this.#isInValue() ? tail.search(ESCAPE_BEGUN) : -1;
    const held = [mark, escape].filter((at) => at >= 0);
    return text.length - (held.length === 0 ? 0 : tail.length - Math.min(...held));
  }

  /** Reads markup. @returns the place where reading continues; -1 if the next piece is needed */
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

  /** Whether the start of a tag begins like a tag of CLIXML. */
  #isKnown(begun: string): boolean {
    const name = /^<\/?([A-Za-z]\w*)/u.exec(begun)?.[1];
    if (name === undefined) return false;
    if (OUTER.startsWith(name)) return true;
    return this.#documents > 0 && [...VALUES, ...CONTAINERS].some((known) => known.startsWith(name));
  }

  /** Reads a tag. @returns false if the tag does not belong to CLIXML at that place */
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
    // A value cannot contain elements, and a record cannot contain another record. If either is still open, its end is
    // missing.
    if (stream !== undefined || (this.#isInValue() && this.#open.length === 1)) this.#endOpenRecord();
    else if (this.#isInValue()) this.#open.pop();
    const [record] = this.#open;
    const own = stream ?? (record === undefined ? OUTPUT : undefined);
    // PowerShell prints the `ToString` of the record, but not the `ToString` of an object inside it.
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

/** Limit for open elements. PowerShell writes fewer nested elements, so deeper nesting is hostile. */
const MAX_OPEN = 200;

/** Whether a mark begins at `at`, but the text ends before the end of the mark. */
function isMarkBegun(text: string, at: number): boolean {
  return text.length - at < MARK.length && MARK.startsWith(text.slice(at));
}
