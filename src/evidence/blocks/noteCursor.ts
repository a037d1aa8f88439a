const TAB_STOP = 4;

/** A place in a line of Markdown. Blanks are counted in columns, as CommonMark does: tabs end at columns 4, 8, 12. */
export class NoteCursor {
  readonly #text: string;
  #at = 0;
  #column = 0;
  /** Whether the place is inside a tab. */
  #isInTab = false;
  /**
   * The next character that is not a blank. It is found once and used often, because a line can be nothing but blanks.
   */
  #next: { readonly at: number; readonly column: number };

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#findNext();
  }

  /** Columns of blanks from here to the next character. */
  get indent(): number {
    return this.#next.column - this.#column;
  }

  /** Whether only blanks are left on the line. */
  get isBlank(): boolean {
    return this.#next.at === this.#text.length;
  }

  /** The text after the blanks. */
  get words(): string {
    return this.#text.slice(this.#next.at);
  }

  /** The rest of the line, including blanks. A tab that is partly passed is returned as blanks. */
  get rest(): string {
    if (!this.#isInTab) return this.#text.slice(this.#at);
    return ' '.repeat(TAB_STOP - (this.#column % TAB_STOP)) + this.#text.slice(this.#at + 1);
  }

  /** Passes `columns` columns of blanks, or fewer if there are fewer. */
  passBlanks(columns: number): void {
    const end = Math.min(this.#column + columns, this.#next.column);
    while (this.#column < end) {
      const width = this.#text.charAt(this.#at) === '\t' ? TAB_STOP - (this.#column % TAB_STOP) : 1;
      this.#isInTab = this.#column + width > end;
      this.#column = Math.min(this.#column + width, end);
      if (!this.#isInTab) this.#at++;
    }
  }

  /** Passes the blanks, and `length` characters after them. */
  passMark(length: number): void {
    this.#at = this.#next.at + length;
    this.#column = this.#next.column + length;
    this.#isInTab = false;
    this.#next = this.#findNext();
  }

  #findNext(): { readonly at: number; readonly column: number } {
    let at = this.#at;
    let column = this.#column;
    for (; at < this.#text.length; at++) {
      const letter = this.#text.charAt(at);
      if (letter !== ' ' && letter !== '\t') break;
      column += letter === '\t' ? TAB_STOP - (column % TAB_STOP) : 1;
    }
    return { at, column };
  }
}
