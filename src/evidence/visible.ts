/** A text in which nothing hides, and how many characters it took. */
export interface VisibleText {
  readonly text: string;
  readonly count: number;
}

/**
 * Characters that are not seen, or that move or hide others: control and format characters (all bidirectional ones),
 * U+2028 and U+2029, halves of surrogate pairs, and what is ignored by default. The variation selectors of emoji stay.
 */
const HIDDEN = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const HIDDEN_IN_LINES = /(?![\ufe00-\ufe0f\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Makes a text of several lines visible: tab and LF alone stay as they are. */
export function makeVisible(text: string): VisibleText {
  return replaceCounted(text, HIDDEN_IN_LINES);
}

/** Makes a name visible: it stays on one line, whatever it holds. */
export function makeNameVisible(name: string): VisibleText {
  return replaceCounted(name, HIDDEN);
}

function replaceCounted(text: string, pattern: RegExp): VisibleText {
  let count = 0;
  const visible = text.replace(pattern, (hidden) => {
    count++;
    return visibleForm(hidden.codePointAt(0) ?? 0);
  });
  return { text: visible, count };
}

/** NUL → ␀, ESC → ␛, U+202E → `<U+202E>`. */
function visibleForm(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
