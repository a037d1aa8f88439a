/** A stretch of a text that has a name. Lines from 0, both of them part of it. */
export interface OutlineItem {
  /** As the text has it: remote text. */
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'command' | 'record' | 'event' | 'object' | 'array' | 'value';
  readonly firstLine: number;
  readonly lastLine: number;
  readonly children: readonly OutlineItem[];
}

/** A text as the detectors get it. */
export interface OutlineText {
  readonly lines: readonly string[];
  /** The first line that is the script's own: behind the line that the service's runner writes. */
  readonly start: number;
}

/** A tree that nobody reads and that takes the editor long. */
export const MAX_ITEMS = 50_000;

/** What a name or a detail shows of a line. */
export const MAX_NAME = 120;

/** A name for an item: never empty, and never as long as a hostile line. */
export function nameOf(text: string, otherwise: string): string {
  const name = text.trim().slice(0, MAX_NAME);
  return name === '' ? otherwise : name;
}
