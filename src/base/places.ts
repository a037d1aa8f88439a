/*
 * Places in a text. Columns and offsets count UTF-16 units, as JavaScript and VS Code do.
 */

/** A place as an editor counts: line and column, both from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A range as an editor counts. The end is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A range of a text, a line or a file by its offsets, from 0. The end is exclusive. */
export interface Offsets {
  readonly start: number;
  readonly end: number;
}

/** A range of lines, counted from 1. The last line is inclusive. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A range as people name it. Lines are counted from 1, and the last line is inclusive. Without columns, the lines are
 * complete.
 */
export interface Span {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly columns?: SpanColumns;
}

/**
 * Columns of a {@link Span}, counted from 1. The last column is inclusive. If the last column is 0, the span ends
 * before the first column.
 */
export interface SpanColumns {
  readonly first: number;
  readonly last: number;
  /**
   * Whether the span is a rectangle, cut out of every line. Otherwise the first column belongs to the first line, and
   * the last column to the last line.
   */
  readonly block: boolean;
}
