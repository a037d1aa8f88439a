/** The effect of a terminal mark on its line. */
export type MarkEffect =
  'right' | 'left' | 'column' | 'eraseLine' | 'eraseCharacters' | 'colour' | 'overLines' | 'clear' | 'string' | 'other';

/** A control sequence (ECMA-48) in a text. */
export interface TerminalMark {
  readonly effect: MarkEffect;
  /** The place after the sequence, in UTF-16 units. */
  readonly end: number;
  /** The first number of the sequence, or undefined if it has none. */
  readonly value?: number | undefined;
  /** The content of an OSC string. */
  readonly content?: string;
}

const ESC = 0x1b;
const BACKSLASH = 0x5c;
const STRING_TERMINATOR = 0x9c;
const BEL = 0x07;
/** Characters that end every string: LF, CR, CAN, SUB, ESC and ST. */
const STRING_ENDS = [0x0a, 0x0d, 0x18, 0x1a, ESC, STRING_TERMINATOR];
/**
 * Maximum length of a string, in UTF-16 units. A longer string counts as a mark that was never closed. The text after
 * the mark is then shown as text.
 */
export const MAX_STRING_UNITS = 4096;
/**
 * Maximum value of a number. It is larger than the length of any text, so a move by this number always reaches the end
 * of a line.
 */
const MAX_NUMBER = 1_000_000_000;

const EFFECTS: Readonly<Record<string, MarkEffect>> = {
  m: 'colour',
  C: 'right',
  a: 'right',
  D: 'left',
  G: 'column',
  '`': 'column',
  K: 'eraseLine',
  X: 'eraseCharacters',
  J: 'clear',
  ...Object.fromEntries(Array.from('ABEFHfdeuSTLM', (final) => [final, 'overLines' as const])),
};
/** Letters after `ESC` that move over lines or reset: index, next line, reverse index, reset, restore cursor. */
const ESCAPES_OVER_LINES = 'DEMc8';
/**
 * Letters after `ESC` that open a string: DCS, SOS, OSC, PM, APC. The C1 control with the same meaning has a code that
 * is 0x40 higher.
 */
const OPENS_STRING = 'PX]^_';

/**
 * Reads the marks of a text from its beginning to its end. Places are read in ascending order, so the complete text
 * takes linear time.
 */
export class TerminalMarks {
  readonly #text: string;
  /** Ends of OSC strings. Only these strings can also end with BEL. */
  readonly #oscEnds: NextOf;
  readonly #otherEnds: NextOf;

  constructor(text: string) {
    this.#text = text;
    this.#oscEnds = new NextOf(text, [...STRING_ENDS, BEL]);
    this.#otherEnds = new NextOf(text, STRING_ENDS);
  }

  /**
   * Reads the mark that begins at a place with `ESC` or a C1 control. Of an incomplete mark, reads only the beginning:
   * the control, and the letter after `ESC` that opens a sequence or a string.
   */
  read(at: number): TerminalMark {
    const unit = this.#text.charCodeAt(at);
    const isEscape = unit === ESC;
    const letter = isEscape ? this.#text.charAt(at + 1) : String.fromCharCode(unit - 0x40);
    const next = at + (isEscape ? 2 : 1);
    if (letter === '[') return this.#readControl(at, next);
    if (letter !== '' && OPENS_STRING.includes(letter)) return this.#readString(at, next, letter === ']');
    if (letter !== '' && ESCAPES_OVER_LINES.includes(letter)) return { effect: 'overLines', end: next };
    if (!isEscape) return { effect: 'other', end: next };
    let end = at + 1;
    while (isWithin(this.#text, end, 0x20, 0x2f) && end - at < 4) end++;
    return { effect: 'other', end: isWithin(this.#text, end, 0x30, 0x7e) ? end + 1 : at + 1 };
  }

  #readControl(at: number, start: number): TerminalMark {
    let end = start;
    while (isWithin(this.#text, end, 0x30, 0x3f)) end++;
    const numbers = end;
    while (isWithin(this.#text, end, 0x20, 0x2f)) end++;
    if (!isWithin(this.#text, end, 0x40, 0x7e)) return { effect: 'other', end: Math.max(at + 1, start) };
    const isPlain = numbers === end && !isWithin(this.#text, start, 0x3c, 0x3f);
    const effect = isPlain ? EFFECTS[this.#text.charAt(end)] : undefined;
    return { effect: effect ?? 'other', end: end + 1, value: this.#readNumber(start, numbers) };
  }

  #readNumber(start: number, end: number): number | undefined {
    let value: number | undefined;
    for (let at = start; at < end && isWithin(this.#text, at, 0x30, 0x39); at++) {
      value = Math.min(MAX_NUMBER, (value ?? 0) * 10 + this.#text.charCodeAt(at) - 0x30);
    }
    return value;
  }

  #readString(at: number, start: number, isOsc: boolean): TerminalMark {
    const end = (isOsc ? this.#oscEnds : this.#otherEnds).from(start);
    const unit = this.#text.charCodeAt(end);
    const isEscape = unit === ESC && this.#text.charCodeAt(end + 1) === BACKSLASH;
    const isClosed = isEscape || unit === STRING_TERMINATOR || unit === BEL;
    if (!isClosed || end - start > MAX_STRING_UNITS) return { effect: 'other', end: Math.max(at + 1, start) };
    return {
      effect: 'string',
      end: end + (isEscape ? 2 : 1),
      ...(isOsc ? { content: this.#text.slice(start, end) } : {}),
    };
  }
}

/** Finds the next place of any of the given units. Searches the text only once, even for many calls. */
class NextOf {
  readonly #text: string;
  readonly #units: ReadonlySet<number>;
  #found = -1;

  constructor(text: string, units: readonly number[]) {
    this.#text = text;
    this.#units = new Set(units);
  }

  /** Returns the first such place at or after `start`, or the length of the text if there is none. */
  from(start: number): number {
    if (this.#found >= start) return this.#found;
    let at = start;
    while (at < this.#text.length && !this.#units.has(this.#text.charCodeAt(at))) at++;
    this.#found = at;
    return at;
  }
}

function isWithin(text: string, at: number, first: number, last: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= first && unit <= last;
}
