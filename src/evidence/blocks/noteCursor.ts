const TAB_STOP = 4;

/** A place in a line of Markdown. Blanks are counted in columns, as CommonMark does: tabs end at columns 4, 8, 12. */
export class NoteCursor {
  readonly #text: string;
  #at = 0;
  #column = 0;
  /** Whether the place is inside a tab. */
  #isInTab = false;
  /**
   * The next character that is not a blank. It is found once and remembered, because a line can have very many blanks.
   */
  #next: { readonly at: number; readonly column: number };

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#findNext();
  }

  /** Columns of blanks from the cursor to the next character that is not a blank. */
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

  /** The rest of the line, including blanks. If the cursor is inside a tab, the rest of that tab becomes blanks. */
  get rest(): string {
    if (!this.#isInTab) return this.#text.slice(this.#at);
    return ' '.repeat(TAB_STOP - (this.#column % TAB_STOP)) + this.#text.slice(this.#at + 1);
  }

  /** Moves past `columns` columns of blanks, or past all blanks if there are fewer. */
  passBlanks(columns: number): void {
    const end = Math.min(this.#column + columns, this.#next.column);
    while (this.#column < end) {
      const width = this.#text.charAt(this.#at) === '\t' ? TAB_STOP - (this.#column % TAB_STOP) : 1;
      this.#isInTab = this.#column + width > end;
      this.#column = Math.min(this.#column + width, end);
      if (!this.#isInTab) this.#at++;
    }
  }

  /** Moves past the blanks, and past `length` characters after the blanks. */
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
