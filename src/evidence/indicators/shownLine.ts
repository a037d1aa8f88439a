/*
 * A line as a reader sees it: without terminal marks (colors, titles, overtyped letters), and with a dot for each `[.]`
 * of the output. The places of the letters in the original line are kept.
 */

/** The text that a line shows, with the places of its characters in the line. */
export interface ShownLine {
  readonly text: string;
  /** For each UTF-16 unit of the shown text, the position in the original line where it begins. */
  readonly starts: readonly number[];
  /** The place in the original line where each unit of the text ends. */
  readonly ends: readonly number[];
}

/** An escape character: as it is stored, as a document shows it, and as our quotations show it. */
const ESC = String.raw`(?:\x1b|\u241b|<U\+001B>)`;
/**
 * Terminal marks: CSI, OSC and similar sequences with their end, and short sequences. Color marks can also be escaped,
 * as in JSON.
 */
const MARK = new RegExp(
  String.raw`${ESC}\[[0-?]{0,64}(?: q|[!-/]{0,8}[@-~])|\x9b[0-?]{0,64}(?: q|[!-/]{0,8}[@-~])|` +
    String.raw`${ESC}[\]PX^_]([^\x07\x1b\u241b\u2407<]{0,4096})(?:\x07|\u2407|<U\+0007>|${ESC}\\)|` +
    String.raw`${ESC}[!-/]{0,4}[0-Z\\^-~]|(?:\\u001[bB]|\\x1[bB]|\\e|\\033|\^\[)\[[\d;:]{0,32}m|` +
    String.raw`\x08|\u2408|<U\+0008>|\x07|\u2407`,
  'gu',
);
const BACKSPACES: readonly string[] = ['\b', '\u2408', '<U+0008>'];

const MAY_HOLD_MARKS = new RegExp(
  String.raw`[\x08\x1b\x9b\u2408\u241b]|<U\+00(?:1B|08)>|\\u001[bB]\[|\\x1[bB]\[|\\e\[|\\033\[|\^\[\[`,
  'u',
);

/** Whether a text may contain terminal marks. Few texts do. */
export function mayHoldMarks(text: string): boolean {
  return MAY_HOLD_MARKS.test(text);
}

/** A text inside a terminal mark, such as the target of a link. */
export interface HiddenText {
  readonly text: string;
  readonly start: number;
}

/** Removes the terminal marks from a line. @returns undefined if the line contains none */
export function withoutMarks(line: string): (ShownLine & { readonly hidden: readonly HiddenText[] }) | undefined {
  const pen = new Pen();
  const hidden: HiddenText[] = [];
  let at = 0;
  for (const match of line.matchAll(MARK)) {
    pen.write(line, at, match.index);
    at = match.index + match[0].length;
    if (BACKSPACES.includes(match[0])) pen.goBack();
    else if (match[1] !== undefined && match[1] !== '') {
      hidden.push({ text: match[1], start: match.index + match[0].indexOf(match[1]) });
    }
  }
  if (at === 0) return undefined;
  pen.write(line, at, line.length);
  return { ...pen.shown(), hidden };
}

/**
 * Writes characters as a terminal does: an overtyped letter is removed. There are two exceptions. A space before other
 * text does not remove a letter, and a letter does not remove a space.
 */
class Pen {
  readonly #letters: string[] = [];
  readonly #starts: number[] = [];
  #back = 0;

  goBack(): void {
    this.#back++;
  }

  write(line: string, from: number, to: number): void {
    if (from === to) return;
    this.#overtype(line.slice(from, to));
    for (let at = from; at < to; at++) {
      this.#letters.push(line.charAt(at));
      this.#starts.push(at);
    }
  }

  #overtype(text: string): void {
    const isBlank = text.trim() === '';
    while (this.#back > 0) {
      this.#back--;
      const last = this.#letters.at(-1);
      // `\b \b` removes a letter, and a space removes the character of a spinner. In all other cases a space is text.
      const staysBlank = last === ' ' && !text.startsWith(' ');
      const staysLetter = text.startsWith(' ') && !isBlank && !'|/-\\* '.includes(last ?? '');
      if (last === undefined || staysBlank || staysLetter) {
        this.#back = 0;
        break;
      }
      this.#letters.pop();
      this.#starts.pop();
    }
  }

  shown(): ShownLine {
    return { text: this.#letters.join(''), starts: this.#starts, ends: this.#starts.map((start) => start + 1) };
  }
}

/** Ways in which people defang addresses. */
const HARMLESS =
  /(?:h(?:xx|XX)ps?|f[xX]ps?)(?=\[?:)|H(?:xx|XX)PS?(?=\[?:)|\[(?:[.:@]|:\/\/|dot|at)\]|[({](?:\.|dot|at|@)[)}]/giu;

/** Whether a text may contain defanged addresses. Few texts do. */
export function mayBeHarmless(text: string): boolean {
  return /hxxps?\[?:|fxps?\[?:|\[(?:[.:@]|:\/\/|dot|at)\]|[({](?:\.|dot|at|@)[)}]/iu.test(text);
}

/** Restores the defanged addresses of a line. @returns undefined if the line contains none */
export function withoutHarmlessForms(line: string): ShownLine | undefined {
  const letters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  const copy = (to: number): void => {
    for (; at < to; at++) {
      letters.push(line.charAt(at));
      starts.push(at);
      ends.push(at + 1);
    }
  };
  for (const { 0: mark, index } of line.matchAll(HARMLESS)) {
    copy(index);
    const plain = plainForm(mark);
    const isScheme = plain.length === mark.length;
    for (let unit = 0; unit < plain.length; unit++) {
      letters.push(plain.charAt(unit));
      starts.push(isScheme ? index + unit : index);
      ends.push(isScheme ? index + unit + 1 : index + mark.length);
    }
    at = index + mark.length;
  }
  if (at === 0) return undefined;
  copy(line.length);
  return { text: letters.join(''), starts, ends };
}

function plainForm(mark: string): string {
  const inner = /^[[({](.*)[\])}]$/u.exec(mark)?.[1]?.toLowerCase();
  if (inner === undefined) return mark.replaceAll('x', 't').replaceAll('X', 'T');
  return inner === 'dot' ? '.' : inner === 'at' ? '@' : inner;
}
