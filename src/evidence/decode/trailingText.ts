import type { DecodeChange } from './transcript.ts';

/** A character that is not white space of JSON. White space may follow any document. */
const NO_SPACE = /[^ \t\n\r]/u;
/** White space and filler: NULs, the end mark of DOS (U+001A), byte order marks. */
const PADDING = new Set(Array.from(' \t\n\r\0\u001a\ufeff', (sign) => sign.charCodeAt(0)));

/**
 * Measures the text after a complete document. The text may arrive in any pieces. Both readers of results use this
 * class, so that they report the same about the same file.
 */
export class TrailingText {
  #units = 0;
  #firstOffset = 0;
  #isPadding = true;

  /** @param offset - of `stretch` in the whole text, in UTF-16 units */
  add(stretch: string, offset: number): void {
    if (this.#units > 0) this.#units += stretch.length;
    else {
      const first = stretch.search(NO_SPACE);
      if (first < 0) return;
      this.#firstOffset = offset + first;
      this.#units = stretch.length - first;
    }
    this.#isPadding &&= isPadding(stretch);
  }

  /** Returns the changes to report: none if only white space follows. */
  changes(): DecodeChange[] {
    if (this.#units === 0) return [];
    const kind = this.#isPadding ? 'trailingPadding' : 'trailingText';
    return [{ kind, count: this.#units, firstOffset: this.#firstOffset }];
  }
}

function isPadding(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!PADDING.has(text.charCodeAt(at))) return false;
  return true;
}
