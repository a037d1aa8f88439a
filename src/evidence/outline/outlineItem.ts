/** A named stretch of a text. Its lines count from 0, and both are part of it. */
export interface OutlineItem {
  /** The name as it stands in the text: remote text. */
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'command' | 'record' | 'event' | 'object' | 'array' | 'value';
  readonly firstLine: number;
  readonly lastLine: number;
  readonly children: readonly OutlineItem[];
}

/** A text as the detectors receive it. */
export interface OutlineText {
  readonly lines: readonly string[];
  /** First line of the script itself: the line after the one that the service's runner writes. */
  readonly start: number;
}

/** Maximum number of items. Nobody reads a larger tree, and it takes the editor long. */
export const MAX_ITEMS = 50_000;

/** Maximum length of a name or a detail, in UTF-16 units. */
export const MAX_NAME = 120;

/** Returns a name for an item: never empty, and never as long as a hostile line. */
export function nameOf(text: string, otherwise: string): string {
  const name = text.trim().slice(0, MAX_NAME);
  return name === '' ? otherwise : name;
}
