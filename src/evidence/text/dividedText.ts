import { documentSize, toDocumentBytes } from './documentText.ts';
import { measureText } from './textFacts.ts';
import { findParts, WHOLE_BYTES } from './textParts.ts';
import type { TextPart } from './textParts.ts';
import type { PartStart } from '../../base/resultUri.ts';
import type { TextParts } from './partFacts.ts';

/** A text that is shown in parts if it is too large for a single document. */
export class DividedText {
  readonly text: string;
  #parts: readonly TextPart[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Gets the parts of the text. A text of usual size has a single part. */
  facts(): TextParts {
    const { text } = this;
    const parts = this.#divide();
    return {
      documentBytes: sizeOf(text),
      lines: text === '' ? 0 : Math.max(...parts.map(({ lastLine }) => lastLine)),
      parts: parts.map(({ start, end, first, lastLine }) => {
        return { first, lastLine, documentBytes: sizeOf(text.slice(start, end)) };
      }),
    };
  }

  /**
   * Creates the document of a part, or of the complete text.
   *
   * @param wanted - the first part by default
   * @returns undefined if no part begins at this place, or if the complete text is too large to be shown
   */
  document(wanted: PartStart | 'whole' = { line: 1, column: 1 }): Uint8Array<ArrayBuffer> | undefined {
    const { text } = this;
    if (wanted === 'whole') return sizeOf(text) > WHOLE_BYTES ? undefined : toDocumentBytes(text);
    const { line, column } = wanted;
    const part = this.#divide().find(({ first }) => first.line === line && first.column === column);
    return part === undefined ? undefined : toDocumentBytes(text.slice(part.start, part.end));
  }

  #divide(): readonly TextPart[] {
    return (this.#parts ??= findParts(this.text));
  }
}

function sizeOf(text: string): number {
  return documentSize(text, measureText(text).nuls);
}
