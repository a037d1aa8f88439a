import { ClixmlReader } from './clixmlReader.ts';

const MARK = '#< CLIXML';
/**
 * Limit for nested documents. A process that starts processes writes a document whose text is a document. Deeper ones
 * stay as they are.
 */
export const MAX_NESTING = 4;

/**
 * Makes CLIXML readable, which child PowerShell processes write to their error stream. Returns the texts of its
 * streams, one after the other. Every character that is not markup stays in its place. That includes what other
 * processes wrote before, between, inside and after the documents. Objects (progress, records without a text) are
 * counted in a line of their own, never left out silently. A document that is cut off is read up to the cut, and the
 * text says so.
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
  /** Indexes in `#parts` of the marks that no document follows yet. */
  #marks: number[] = [];
  /** Text between two elements. White space alone is the layout of the XML. */
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
      // The mark stands on a line of its own.
      this.#parts[at] = '';
      this.#parts[at + 1] = (this.#parts[at + 1] ?? '').replace(/^\r?\n/u, '');
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

  /** Ends the line, because the text of an object has no line end of its own. */
  #endLine(): void {
    if (this.#parts.at(-1)?.endsWith('\n') === false) this.#parts.push('\n');
  }

  #endNative(): void {
    const native = this.#native;
    this.#native = '';
    if (native !== '' && !(this.#isInside && native.trim() === '')) this.#parts.push(native);
  }
}
