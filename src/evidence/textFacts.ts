/** What is true of a text beyond its characters: measured once, when a result is stored. */
export interface TextFacts {
  /** Length in UTF-16 units: what columns are counted in. */
  readonly length: number;
  /** Lines as an editor shows them: line ends plus one; 0 for an empty text. */
  readonly lines: number;
  readonly lineEnds: { readonly crlf: number; readonly lf: number; readonly cr: number };
  /** NULs in all, those at the end included. */
  readonly nuls: number;
  readonly trailingNuls: number;
  /** Halves of surrogate pairs on their own: no encoding can carry them, so a document shows U+FFFD. */
  readonly loneSurrogates: number;
  /** U+FFFD in the text: received, or put there by decoding. */
  readonly replacementCharacters: number;
  /** Length of the longest line in UTF-16 units. */
  readonly longestLine: number;
}

const CR = 0x0d;
const LF = 0x0a;

/** Measures a text in one pass. */
export function measureText(text: string): TextFacts {
  let crlf = 0;
  let lf = 0;
  let cr = 0;
  let nuls = 0;
  let replacementCharacters = 0;
  let longestLine = 0;
  let lineStart = 0;
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
  longestLine = Math.max(longestLine, text.length - lineStart);
  return {
    length: text.length,
    lines: text.length === 0 ? 0 : crlf + lf + cr + 1,
    lineEnds: { crlf, lf, cr },
    nuls,
    trailingNuls: countTrailingNuls(text),
    loneSurrogates: text.isWellFormed() ? 0 : countLoneSurrogates(text),
    replacementCharacters,
    longestLine,
  };
}

/**
 * Counts the lines of `script_errors` that say something: blank lines and the trailing NULs do not.
 * In CLIXML, which child PowerShell processes write, every `<S S="Error">` is one line of error text.
 */
export function countErrorLines(errors: string): number {
  let count = 0;
  let start = 0;
  if (errors.startsWith('#< CLIXML')) {
    for (let at = errors.indexOf('<S S="Error">'); at >= 0; at = errors.indexOf('<S S="Error">', at + 1)) count++;
    // What follows the last document was written by another process, as plain text.
    if (count > 0) start = errors.lastIndexOf('</Objs>') < 0 ? errors.length : errors.lastIndexOf('</Objs>') + 7;
  }
  let saysSomething = false;
  for (let at = start; at < errors.length; at++) {
    const unit = errors.charCodeAt(at);
    if (unit === CR || unit === LF) {
      if (saysSomething) count++;
      saysSomething = false;
    } else if (unit !== 0x20 && unit !== 0x09 && unit !== 0) saysSomething = true;
  }
  return saysSomething ? count + 1 : count;
}

function countTrailingNuls(text: string): number {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.length - end;
}

function countLoneSurrogates(text: string): number {
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
