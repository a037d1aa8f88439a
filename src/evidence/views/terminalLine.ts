import { codeAt, numberAt } from '../../base/atIndex.ts';

/** Value of a cell without a character. */
const BLANK = 0;
/** Furthest column to which the cursor can move after the end of the line. No real terminal is wider. */
export const MAX_COLUMN = 1000;
const TAB_COLUMNS = 8;

const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u;
const WIDE =
  /^[\u1100-\u115f\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
/** Half-width characters of the writing systems in {@link WIDE}. */
const NARROW = /^[\uff61-\uffdf\u303f]$/u;

/**
 * Amount of work that a text may still cause in addition to its own length: spaces, and cells that are erased one by
 * one.
 */
export interface WorkLimit {
  left: number;
}

/**
 * One line of a terminal. Each cell stores the place of the source character that was last written to it. Places in the
 * source are also used as times: a later place is a later time. Erasing stores only its time, so each mark takes
 * constant time.
 */
export class TerminalLine {
  readonly #text: string;
  readonly #limit: WorkLimit;
  /** Place of the character in the source + 1. A negative value marks the second column of a wide character. */
  #cells = new Int32Array(256);
  /**
   * For each cell, the last time at which all cells up to it were erased. `#erasedFrom` contains the same for all cells
   * from it on. A time is the place of the mark + 1.
   */
  #erasedUpTo = new Int32Array(256);
  #erasedFrom = new Int32Array(256);
  #used = 0;
  #cursor = 0;
  #erasedAll = 0;
  #written = 0;

  constructor(text: string, limit: WorkLimit) {
    this.#text = text;
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#written === 0;
  }

  /** Writes the character at a place of the source. Returns the place after it. */
  write(at: number): number {
    this.#put(at + 1);
    if (this.#isWide(at)) this.#put(-at - 1);
    this.#written++;
    return this.#endOf(at);
  }

  return(): void {
    this.#cursor = 0;
  }

  left(count: number): void {
    this.#cursor = Math.max(0, this.#cursor - count);
  }

  right(count: number): void {
    this.goTo(this.#cursor + count);
  }

  /** Moves the cursor to a column, from 0. */
  goTo(column: number): void {
    const furthest = Math.max(this.#used, this.#cursor, MAX_COLUMN);
    this.#cursor = Math.min(column, furthest);
  }

  tab(): void {
    const next = this.#cursor + TAB_COLUMNS - (this.#cursor % TAB_COLUMNS);
    this.#cursor = Math.min(next, Math.max(this.#used + TAB_COLUMNS, MAX_COLUMN));
  }

  /** Erases from the cursor to the end (0), from the beginning to the cursor (1), or the complete line (2). */
  erase(kind: number, at: number): void {
    if (kind === 2) this.#erasedAll = at + 1;
    else if (kind === 1 && this.#cursor >= this.#used) this.#erasedAll = at + 1;
    else if (kind === 1) this.#erasedUpTo[this.#cursor] = at + 1;
    else if (kind === 0 && this.#cursor < this.#used) this.#erasedFrom[this.#cursor] = at + 1;
  }

  /**
   * Erases a number of cells from the cursor on. Returns false if the text requests more work than its limit allows.
   */
  eraseCells(count: number): boolean {
    const end = Math.min(this.#used, this.#cursor + count);
    if (end - this.#cursor > this.#limit.left) return false;
    this.#limit.left -= Math.max(0, end - this.#cursor);
    for (let cell = this.#cursor; cell < end; cell++) this.#cells[cell] = BLANK;
    return true;
  }

  /**
   * Returns the final state of the line, and the number of characters that it does not show. Then starts an empty line.
   */
  finish(): { readonly text: string; readonly lost: number } {
    const erased = this.#erasedTimes();
    const parts: string[] = [];
    let shown = 0;
    let blanks = 0;
    // Characters that are also neighbors in the source are copied together.
    let from = 0;
    let to = 0;
    const endStretch = (): void => {
      if (to > from) parts.push(this.#text.slice(from, to));
      from = to = 0;
    };
    for (let cell = 0; cell < this.#used; cell++) {
      const value = numberAt(this.#cells, cell);
      if (!this.#isWhole(cell, erased)) blanks++;
      else if (value > 0) {
        if (blanks > 0) {
          endStretch();
          parts.push(' '.repeat(blanks));
          blanks = 0;
        }
        if (value - 1 !== to || to === 0) {
          endStretch();
          from = value - 1;
        }
        to = this.#endOf(value - 1);
        shown++;
      }
    }
    endStretch();
    const lost = this.#written - shown;
    this.#used = this.#cursor = this.#written = this.#erasedAll = 0;
    return { text: parts.join(''), lost };
  }

  /**
   * Whether a cell is shown: it contains a character, or one half of a wide character. A half is shown only if the
   * other half was neither overwritten nor erased.
   */
  #isWhole(cell: number, erased: Int32Array): boolean {
    const value = numberAt(this.#cells, cell);
    const isThere = (at: number, wanted: number): boolean =>
      this.#cells[at] === wanted && Math.abs(wanted) > numberAt(erased, at);
    if (value === BLANK || !isThere(cell, value)) return false;
    if (value < 0) return isThere(cell - 1, -value);
    return isThere(cell + 1, -value) || !this.#isWide(value - 1);
  }

  #isWide(at: number): boolean {
    const code = codeAt(this.#text, at);
    return code >= 0x1100 && isWideCharacter(String.fromCodePoint(code));
  }

  #endOf(at: number): number {
    let end = at + (codeAt(this.#text, at) > 0xffff ? 2 : 1);
    while (end < this.#text.length && this.#text.charCodeAt(end) >= 0x300) {
      const width = codeAt(this.#text, end) > 0xffff ? 2 : 1;
      if (!ZERO_WIDTH.test(this.#text.slice(end, end + width))) break;
      end += width;
    }
    return end;
  }

  /** Returns, for each cell, the last time at which it was erased. */
  #erasedTimes(): Int32Array {
    const times = this.#erasedFrom.slice(0, this.#used);
    let latest = this.#erasedAll;
    for (let cell = 0; cell < this.#used; cell++) {
      latest = Math.max(latest, numberAt(times, cell));
      times[cell] = latest;
    }
    latest = 0;
    for (let cell = this.#used - 1; cell >= 0; cell--) {
      latest = Math.max(latest, numberAt(this.#erasedUpTo, cell));
      times[cell] = Math.max(latest, numberAt(times, cell));
    }
    return times;
  }

  #put(value: number): void {
    const gap = this.#cursor - this.#used;
    if (gap > this.#limit.left) this.#cursor = this.#used + 1;
    else if (gap > 0) this.#limit.left -= gap;
    const cell = this.#cursor;
    this.#makeRoom(cell + 1);
    for (; this.#used <= cell; this.#used++) {
      this.#cells[this.#used] = BLANK;
      this.#erasedUpTo[this.#used] = 0;
      this.#erasedFrom[this.#used] = 0;
    }
    // A wide character disappears when one of its halves is overwritten: see `#isWhole`.
    this.#cells[cell] = value;
    this.#cursor = cell + 1;
  }

  #makeRoom(cells: number): void {
    if (cells <= this.#cells.length) return;
    const size = Math.max(cells, this.#cells.length * 2);
    const grow = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(size);
      grown.set(old);
      return grown;
    };
    this.#cells = grow(this.#cells);
    this.#erasedUpTo = grow(this.#erasedUpTo);
    this.#erasedFrom = grow(this.#erasedFrom);
  }
}

function isWideCharacter(character: string): boolean {
  return WIDE.test(character) && !NARROW.test(character);
}
