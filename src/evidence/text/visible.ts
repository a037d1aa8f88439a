import { codeAt } from '../../base/atIndex.ts';

/** A text without hidden characters, and the number of characters that were replaced. */
export interface VisibleText {
  readonly text: string;
  readonly count: number;
}

/**
 * Characters that are not visible, or that move or hide others: control and format characters (all bidirectional
 * characters), U+2028 and U+2029, surrogates, and characters that are ignored by default. The variation selectors of
 * emoji are not replaced.
 */
const HIDDEN = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const HIDDEN_IN_LINES = /(?![\ufe00-\ufe0f\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Makes the hidden characters of a text with several lines visible. Only tabs and LF do not change. */
export function makeVisible(text: string): VisibleText {
  return replaceCounted(text, HIDDEN_IN_LINES);
}

/** Makes the hidden characters of a name visible. Line ends are replaced, too, so the name stays on one line. */
export function makeNameVisible(name: string): VisibleText {
  return replaceCounted(name, HIDDEN);
}

/**
 * Number of UTF-16 units that are replaced in one call. One call over millions of characters needs seconds and
 * gigabytes, because it runs a callback for each character.
 */
const STRETCH = 1 << 16;

function replaceCounted(text: string, pattern: RegExp): VisibleText {
  const first = text.search(pattern);
  if (first < 0) return { text, count: 0 };
  if (text.length < STRETCH) return replaceShort(text, pattern);
  const forms = new HiddenForms(pattern);
  const stretches: string[] = [text.slice(0, first)];
  let count = 0;
  for (let start = first; start < text.length;) {
    const parts: string[] = [];
    const end = Math.min(text.length, start + STRETCH);
    let from = start;
    let at = start;
    while (at < end) {
      const code = codeAt(text, at);
      const next = at + (code > 0xffff ? 2 : 1);
      const form = forms.of(code);
      if (form !== '') {
        count++;
        parts.push(text.slice(from, at), form);
        from = next;
      }
      at = next;
    }
    parts.push(text.slice(from, at));
    stretches.push(parts.join(''));
    start = at;
  }
  return { text: stretches.join(''), count };
}

function replaceShort(text: string, pattern: RegExp): VisibleText {
  let count = 0;
  const visible = text.replace(pattern, (hidden) => {
    count++;
    return visibleForm(codeAt(hidden, 0));
  });
  return { text: visible, count };
}

/** The visible forms of hidden characters, each computed once. */
class HiddenForms {
  readonly #pattern: RegExp;
  readonly #byCode: (string | undefined)[] = new Array<string | undefined>(0x10000).fill(undefined);
  readonly #beyond = new Map<number, string>();

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
  }

  /** Returns the visible form of a character, or an empty text if the character is not hidden. */
  of(code: number): string {
    return code > 0xffff ? this.#ofBeyond(code) : (this.#byCode[code] ??= this.#find(code));
  }

  #ofBeyond(code: number): string {
    const known = this.#beyond.get(code);
    if (known !== undefined) return known;
    const form = this.#find(code);
    this.#beyond.set(code, form);
    return form;
  }

  #find(code: number): string {
    return String.fromCodePoint(code).search(this.#pattern) < 0 ? '' : visibleForm(code);
  }
}

/** Returns the visible form of a hidden character: NUL → ␀, ESC → ␛, U+202E → `<U+202E>`. */
function visibleForm(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
