import { ErrorLineCounter } from './errorLines.ts';

/** Facts about a text besides its characters. They are measured once, when the result is stored. */
export interface TextFacts {
  /** Length in UTF-16 units, the unit of columns. */
  readonly length: number;
  /** Number of lines, as an editor shows them: line ends plus one. An empty text has 0. */
  readonly lines: number;
  readonly lineEnds: { readonly crlf: number; readonly lf: number; readonly cr: number };
  /** Number of all NULs, including those at the end. */
  readonly nuls: number;
  readonly trailingNuls: number;
  /** Number of lone surrogates. No encoding can represent them, so a document shows U+FFFD. */
  readonly loneSurrogates: number;
  /** Number of U+FFFD in the text. They were received, or were created by decoding. */
  readonly replacementCharacters: number;
  /** Length of the longest line in UTF-16 units. */
  readonly longestLine: number;
}

const CR = 0x0d;
const LF = 0x0a;

/** Measures a text in one pass. */
export function measureText(text: string): TextFacts {
  const meter = new TextMeter();
  meter.add(text);
  return meter.facts();
}

/** Measures a text that arrives in pieces. A piece must not end within a line end or a surrogate pair. */
export class TextMeter {
  #length = 0;
  #crlf = 0;
  #lf = 0;
  #cr = 0;
  #nuls = 0;
  #trailingNuls = 0;
  #loneSurrogates = 0;
  #replacementCharacters = 0;
  #longestLine = 0;
  /** Length of the line that has not ended yet, in UTF-16 units. */
  #lineLength = 0;

  add(text: string): void {
    let crlf = 0;
    let lf = 0;
    let cr = 0;
    let nuls = 0;
    let replacementCharacters = 0;
    let longestLine = this.#longestLine;
    let lineStart = -this.#lineLength;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === CR || unit === LF) {
        longestLine = Math.max(longestLine, at - lineStart);
        if (unit === LF) lf++;
        else if (text.charCodeAt(at + 1) === LF) {
          crlf++;
          at++;
        } else cr++;
        lineStart = at + 1;
      } else if (unit === 0) nuls++;
      else if (unit === 0xfffd) replacementCharacters++;
    }
    this.#length += text.length;
    this.#crlf += crlf;
    this.#lf += lf;
    this.#cr += cr;
    this.#nuls += nuls;
    this.#replacementCharacters += replacementCharacters;
    this.#lineLength = text.length - lineStart;
    this.#longestLine = Math.max(longestLine, this.#lineLength);
    if (!text.isWellFormed()) this.#loneSurrogates += countLoneSurrogates(text);
    const trailing = countTrailingNuls(text);
    this.#trailingNuls = trailing === text.length ? this.#trailingNuls + trailing : trailing;
  }

  facts(): TextFacts {
    return {
      length: this.#length,
      lines: this.#length === 0 ? 0 : this.#crlf + this.#lf + this.#cr + 1,
      lineEnds: { crlf: this.#crlf, lf: this.#lf, cr: this.#cr },
      nuls: this.#nuls,
      trailingNuls: this.#trailingNuls,
      loneSurrogates: this.#loneSurrogates,
      replacementCharacters: this.#replacementCharacters,
      longestLine: this.#longestLine,
    };
  }
}

/**
 * Counts the lines of `script_errors` that contain text. Blank lines and the trailing NULs do not count.
 *
 * CLIXML comes from child PowerShell processes. In CLIXML, the lines of error records count, and the lines that other
 * processes wrote before, between and after the records. Progress, verbose, warning, debug and information records are
 * not errors.
 */
export function countErrorLines(errors: string): number {
  const counter = new ErrorLineCounter();
  counter.add(errors);
  return counter.count();
}

function countTrailingNuls(text: string): number {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.length - end;
}

/** Counts the lone surrogates: halves of a pair without the other half. UTF-8 cannot represent them. */
export function countLoneSurrogates(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(at + 1);
    if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) at++;
    else count++;
  }
  return count;
}
