import type { DecodeChange } from './transcript.ts';

/** A character that is not white space in JSON. JSON permits white space after a document. */
const NO_SPACE = /[^ \t\n\r]/u;
/** White space and filler: NULs, the end mark of DOS (U+001A), byte order marks. */
const PADDING = new Set(Array.from(' \t\n\r\0\u001a\ufeff', (sign) => sign.charCodeAt(0)));

/**
 * Measures the text after a complete document. The text may arrive in pieces of any size. The reader of small results
 * and the reader of large results use this class, so that both report the same changes for the same file.
 */
export class TrailingText {
  #units = 0;
  #firstOffset = 0;
  #isPadding = true;

  /** Adds the next piece. @param offset - offset of `stretch` in the complete text, in UTF-16 units */
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

  /** Returns the changes to report. If only white space follows the document, there are no changes. */
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
