import { textAt } from '../../base/atIndex.ts';
import { TerminalLine } from './terminalLine.ts';
import { TerminalMarks } from './terminalMarks.ts';
import type { TerminalMark } from './terminalMarks.ts';

/** A text as a terminal shows it. */
export interface TerminalView {
  /** The lines, then remarks on the text that is not shown. Each kind of remark is a line in brackets. */
  readonly text: string;
  /** For each line of the view, the source line in which it begins, from 1. Remarks have none. */
  readonly sourceLines: readonly number[];
}

/** Limit for the spaces that cursor moves can add: a number for each unit of the text, plus a constant number. */
const WORK_PER_UNIT = 2;
const MORE_WORK = 1 << 16;

const PLAIN_LINE = /[^\n]*/uy;
const SPECIAL = /(?!\n)\p{Cc}/u;

/**
 * Shows a text as it would look in a terminal that is as wide as the longest line. Removes colors and strings (titles,
 * links), follows `\b`, `\r`, tabs and moves within a line, and drops overwritten characters. Clearing and moves over
 * lines are not followed, so that they hide nothing. Such a move begins a new line of the view. Remarks count
 * everything that was left out. The function is pure. Its time is linear in the text's length.
 */
export function readAsTerminal(text: string): TerminalView {
  const reader = new TerminalReader(text);
  for (let at = 0; at < text.length;) at = reader.readLine(at);
  return reader.finish();
}

class TerminalReader {
  readonly #text: string;
  readonly #marks: TerminalMarks;
  readonly #line: TerminalLine;
  readonly #parts: string[] = [];
  readonly #sourceLines: number[] = [];
  readonly #counts = { lost: 0, colour: 0, overLines: 0, string: 0, other: 0 };
  /** Addresses of the links in the current line. */
  #links: string[] = [];
  /** The current source line, from 1. `#firstLine` is the source line in which the view's current line begins. */
  #sourceLine = 1;
  #firstLine = 1;

  constructor(text: string) {
    this.#text = text;
    this.#marks = new TerminalMarks(text);
    this.#line = new TerminalLine(text, { left: WORK_PER_UNIT * text.length + MORE_WORK });
  }

  /** Reads up to the next LF. Returns the place after it. */
  readLine(start: number): number {
    PLAIN_LINE.lastIndex = start;
    const whole = textAt(PLAIN_LINE.exec(this.#text), 0);
    const isCrlf = whole.endsWith('\r') && start + whole.length < this.#text.length;
    const line = isCrlf ? whole.slice(0, -1) : whole;
    const end = start + line.length;
    if (!SPECIAL.test(line)) this.#add(line);
    else {
      for (let at = start; at < end;) at = this.#step(at, end);
      this.#endLine();
    }
    const next = start + whole.length + 1;
    if (next > this.#text.length) return this.#text.length;
    this.#parts.push(isCrlf ? '\r\n' : '\n');
    this.#sourceLine++;
    this.#firstLine = this.#sourceLine;
    // The text after the last line end is a line, even if it is empty.
    if (next === this.#text.length) this.#sourceLines.push(this.#firstLine);
    return next;
  }

  finish(): TerminalView {
    const remarks = this.#remarks();
    if (remarks.length > 0) {
      const isEnded = this.#parts.at(-1)?.endsWith('\n') === true;
      // The first remark replaces the empty line after the last line end.
      if (isEnded) this.#sourceLines.pop();
      else this.#parts.push('\n');
    }
    this.#parts.push(...remarks.map((remark) => `[${remark}]\n`));
    return { text: this.#parts.join(''), sourceLines: this.#sourceLines };
  }

  #step(at: number, end: number): number {
    const unit = this.#text.charCodeAt(at);
    const isControl = unit < 0x20 || (unit >= 0x7f && unit <= 0x9f);
    if (!isControl) return this.#line.write(at);
    if (unit === 0x0d) {
      this.#line.return();
      this.#sourceLine++;
      if (this.#line.isEmpty) this.#firstLine = this.#sourceLine;
    } else if (unit === 0x08) this.#line.left(1);
    else if (unit === 0x09) this.#line.tab();
    else if (unit === 0x1b || unit >= 0x80) {
      const mark = this.#marks.read(at);
      this.#follow(mark, at);
      return Math.min(end, mark.end);
    } else if (unit === 0x0b || unit === 0x0c) this.#breakLine();
    else this.#counts.other++;
    return at + 1;
  }

  #follow({ effect, value, content }: TerminalMark, at: number): void {
    const count = Math.max(1, value ?? 1);
    switch (effect) {
      case 'right':
        this.#line.right(count);
        return;
      case 'left':
        this.#line.left(count);
        return;
      case 'column':
        this.#line.goTo(count - 1);
        return;
      case 'eraseLine':
        this.#line.erase(value ?? 0, at);
        return;
      case 'eraseCharacters':
        if (!this.#line.eraseCells(count)) this.#counts.overLines++;
        return;
      case 'overLines':
        this.#breakLine();
        return;
      case 'clear':
        this.#counts.overLines++;
        return;
      case 'string':
        this.#counts.string++;
        this.#addLink(content ?? '');
        return;
      case 'colour':
      case 'other':
        this.#counts[effect]++;
    }
  }

  /**
   * Ends the current line of the view. A terminal would write the next characters elsewhere, so they must not overwrite
   * this line.
   */
  #breakLine(): void {
    this.#counts.overLines++;
    if (this.#line.isEmpty) return;
    this.#endLine();
    this.#parts.push('\n');
    this.#firstLine = this.#sourceLine;
  }

  /** Adds the address of a link. The content of its string is OSC 8: `8;parameters;address`. */
  #addLink(content: string): void {
    const address = /^8;[^;]*;(.+)$/su.exec(content)?.[1];
    if (address !== undefined && this.#links.at(-1) !== address) this.#links.push(address);
  }

  #endLine(): void {
    const { text, lost } = this.#line.finish();
    this.#counts.lost += lost;
    const links = this.#links.map((address) => ` [link to ${withoutScheme(address)}]`);
    this.#links = [];
    this.#add(text + links.join(''));
  }

  #add(line: string): void {
    this.#parts.push(line);
    this.#sourceLines.push(this.#firstLine);
  }

  #remarks(): string[] {
    const { lost, colour, overLines, string, other } = this.#counts;
    return [
      ...(lost > 0 ? [`${lost} characters that were overwritten or erased are not shown`] : []),
      ...(overLines > 0 ? [`${overLines} sequences that move over lines or clear were not followed`] : []),
      ...(colour > 0 ? [`${colour} colour marks are not shown`] : []),
      ...(string > 0 ? [`${string} titles, links and other strings for the terminal were taken out`] : []),
      ...(other > 0 ? [`${other} other control characters and sequences are not shown`] : []),
    ];
  }
}

/**
 * Makes the address of a hidden link harmless. An editor turns an address with a scheme into a link, and a hidden
 * address must not become a link.
 */
function withoutScheme(address: string): string {
  return address.replace(/:(?=\/\/)|(?<=^mailto):/gu, '[:]');
}
