/** A named range of lines in a text. Lines are counted from 0, and the last line is inclusive. */
export interface OutlineItem {
  /** The name in the text. It is remote text. */
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'command' | 'record' | 'event' | 'object' | 'array' | 'value';
  readonly firstLine: number;
  readonly lastLine: number;
  readonly children: readonly OutlineItem[];
}

/** A text that is searched for an outline. */
export interface OutlineText {
  readonly lines: readonly string[];
  /** First line of the script's own output. It follows the line that Defender's script runner writes. */
  readonly start: number;
}

/** Maximum number of items. Nobody reads a larger tree, and the editor would need a long time for it. */
export const MAX_ITEMS = 50_000;

/** Maximum length of a name or a detail, in UTF-16 units. */
export const MAX_NAME = 120;

/** Returns a name for an item. It is never empty, and is cut if a hostile line is long. */
export function nameOf(text: string, otherwise: string): string {
  const name = text.trim().slice(0, MAX_NAME);
  return name === '' ? otherwise : name;
}
