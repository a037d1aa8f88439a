import type { DecodeChange } from './decode.ts';

/** White space of JSON: it may follow any document. */
const NO_SPACE = /[^ \t\n\r]/u;
/** Neither white space nor filler: a NUL, the end mark of DOS (U+001A), a byte order mark. */
const NO_PADDING = /[^ \t\n\r\0\u001a\ufeff]/u;

/**
 * Measures the text behind a complete document. It comes in any stretches. Both readers of results use it, so that
 * they say the same of the same file.
 */
export class TrailingText {
  #units = 0;
  #firstOffset = 0;
  #isPadding = true;

  /** @param offset - of the stretch in the whole text, in UTF-16 units */
  add(stretch: string, offset: number): void {
    if (this.#units > 0) this.#units += stretch.length;
    else {
      const first = stretch.search(NO_SPACE);
      if (first < 0) return;
      this.#firstOffset = offset + first;
      this.#units = stretch.length - first;
    }
    this.#isPadding &&= !NO_PADDING.test(stretch);
  }

  /** Returns what there is to say of it: nothing where only white space follows. */
  changes(): DecodeChange[] {
    if (this.#units === 0) return [];
    const kind = this.#isPadding ? 'trailingPadding' : 'trailingText';
    return [{ kind, count: this.#units, firstOffset: this.#firstOffset }];
  }
}
