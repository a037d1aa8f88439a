import { textAt } from '../../base/atIndex.ts';
import { ClixmlReader } from './clixmlReader.ts';

const MARK = '#< CLIXML';
/**
 * Limit for nested documents. If PowerShell starts a process that starts another process, the text of a document is a
 * document itself. Documents below this limit are not read and stay as CLIXML.
 */
export const MAX_NESTING = 4;

/**
 * Makes CLIXML readable. Child PowerShell processes write it to their error stream. Returns the texts of its records,
 * one after the other. Every character that is not markup stays in its place. Other processes may have written such
 * characters before, between, inside and after the documents. Objects (progress, records without a text) are never left
 * out silently: an additional line contains their number. A document that is cut off is read up to the cut, and an
 * additional line reports the cut.
 */
export function readClixml(text: string): string {
  let read = text;
  for (let level = 0; level < MAX_NESTING && read.includes(MARK); level++) read = readOnce(read);
  return read;
}

function readOnce(text: string): string {
  const view = new ClixmlView();
  const reader = new ClixmlReader({
    native: (stretch, inside) => {
      view.addNative(stretch, inside);
    },
    mark: () => {
      view.addMark();
    },
    begin: () => {
      view.begin();
    },
    end: (isCut) => {
      view.end(isCut);
    },
    cutTag: (stretch) => {
      view.addText(stretch);
    },
    text: (stretch) => {
      view.addText(stretch);
    },
    record: (stream, isObject) => {
      view.endRecord(stream, isObject);
    },
  });
  reader.add(text);
  reader.end();
  return view.text();
}

class ClixmlView {
  readonly #parts: string[] = [];
  /** Indexes in `#parts` of marks after which no document has begun yet. */
  #marks: number[] = [];
  /** Text between two elements. It is left out if it is only white space, which is the layout of the XML. */
  #native = '';
  #isInside = false;
  #hasText = false;
  readonly #objects = new Map<string, number>();

  addNative(stretch: string, isInside: boolean): void {
    this.#isInside = isInside;
    this.#native += stretch;
  }

  addMark(): void {
    this.#endNative();
    this.#marks.push(this.#parts.length);
    this.#parts.push(MARK);
  }

  begin(): void {
    this.#endNative();
    for (const at of this.#marks) {
      // The mark has its own line, so its line end is removed too.
      this.#parts[at] = '';
      this.#parts[at + 1] = textAt(this.#parts, at + 1).replace(/^\r?\n/u, '');
    }
    this.#marks = [];
  }

  end(isCut: boolean): void {
    this.#endNative();
    for (const [stream, count] of this.#objects) this.#parts.push(`[${count} ${stream} records not shown]\n`);
    this.#objects.clear();
    if (isCut) this.#parts.push('[CLIXML is cut off here]\n');
  }

  addText(stretch: string): void {
    this.#endNative();
    this.#parts.push(stretch);
    this.#hasText = true;
  }

  endRecord(stream: string, isObject: boolean): void {
    this.#endNative();
    if (isObject && this.#hasText) this.#endLine();
    else if (isObject) this.#objects.set(stream, (this.#objects.get(stream) ?? 0) + 1);
    this.#hasText = false;
  }

  text(): string {
    this.#endNative();
    return this.#parts.join('');
  }

  /** Ends the line after an object, because an object's text has no line end. */
  #endLine(): void {
    if (this.#parts.at(-1)?.endsWith('\n') === false) this.#parts.push('\n');
  }

  #endNative(): void {
    const native = this.#native;
    this.#native = '';
    if (native !== '' && !(this.#isInside && native.trim() === '')) this.#parts.push(native);
  }
}
