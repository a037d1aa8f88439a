import { MAX_NESTING } from '../decode/clixml.ts';
import { ClixmlReader } from '../decode/clixmlReader.ts';

const MARK = '#< CLIXML';
const ERROR = 'error';
const CR = 0x0d;
const LF = 0x0a;

/**
 * Counts the lines of `script_errors` that contain text. The text arrives in pieces. For the rules see countErrorLines.
 */
export class ErrorLineCounter {
  readonly #reader: ClixmlReader;
  /** Lines of text outside CLIXML. */
  #native = new SayingLines();
  /** The same lines, if a CLIXML mark counts as text. That is so until a document follows the mark. */
  #withMark: SayingLines | undefined;
  /** Counts the lines of error records. The text of a record can be CLIXML again. */
  #records: ErrorLineCounter | SayingLines | undefined;
  #hasText = false;
  #silentErrors = 0;

  /** @param level - depth of nesting, because a record can contain a CLIXML document */
  constructor(level = 1) {
    this.#reader = new ClixmlReader({
      native: (stretch) => {
        this.#native.add(stretch);
        this.#withMark?.add(stretch);
      },
      mark: () => {
        this.#withMark ??= this.#native.copy();
        this.#withMark.add(MARK);
      },
      begin: () => {
        this.#native.endLine();
        this.#withMark = undefined;
      },
      end: () => {
        this.#endLine();
      },
      cutTag: () => undefined,
      text: (stretch, stream) => {
        this.#endLine();
        if (stream.toLowerCase() !== ERROR) return;
        this.#records ??= level < MAX_NESTING ? new ErrorLineCounter(level + 1) : new SayingLines();
        this.#records.add(stretch);
        this.#hasText = true;
      },
      record: (stream, isObject) => {
        this.#endLine();
        if (stream.toLowerCase() !== ERROR) return;
        if (isObject && !this.#hasText) this.#silentErrors++;
        // Each record counts as a separate line.
        this.#records?.add('\n');
        this.#hasText = false;
      },
    });
  }

  add(text: string): void {
    this.#reader.add(text);
  }

  /** Ends the text, and returns the number of lines with text. */
  count(): number {
    this.#reader.end();
    return (this.#withMark ?? this.#native).count() + (this.#records?.count() ?? 0) + this.#silentErrors;
  }

  #endLine(): void {
    this.#native.endLine();
    this.#withMark?.endLine();
  }
}

/** Counts the lines that contain more than spaces, tabs and NULs. */
class SayingLines {
  #count = 0;
  #saysSomething = false;

  add(text: string): void {
    let count = 0;
    let saysSomething = this.#saysSomething;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === CR || unit === LF) {
        if (saysSomething) count++;
        saysSomething = false;
      } else if (unit !== 0x20 && unit !== 0x09 && unit !== 0) saysSomething = true;
    }
    this.#count += count;
    this.#saysSomething = saysSomething;
  }

  endLine(): void {
    if (this.#saysSomething) this.#count++;
    this.#saysSomething = false;
  }

  copy(): SayingLines {
    const copy = new SayingLines();
    copy.#count = this.#count;
    copy.#saysSomething = this.#saysSomething;
    return copy;
  }

  count(): number {
    return this.#count + (this.#saysSomething ? 1 : 0);
  }
}
