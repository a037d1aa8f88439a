/** One row of a table, with the lines of the text that it was read from. Lines are counted from 1. */
export interface TableRow {
  readonly firstLine: number;
  readonly lastLine: number;
  /**
   * Cells as printed, without padding. The pieces of a wrapped cell are joined by a line feed. `null` for a key that a
   * record lacks. JSON strings are decoded; other values of JSON are as printed.
   */
  readonly cells: readonly (string | null)[];
}

/** A table that was read from a text. */
export interface ReadTable {
  readonly shape: TableShape;
  /** The line of text above the table that names it, without the signs around it. Undefined if there is none. */
  readonly heading: string | undefined;
  /** Names as printed. A column can have an empty name. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Lines that belong to the table without being a row: header, dash line, brackets of JSON. Counted from 1. */
  readonly otherLines: readonly number[];
  /** Whether the tool may have left out columns that did not fit into the width of its page. */
  readonly mayLackColumns?: boolean;
}

export const TABLE_SHAPES = ['columns', 'records', 'csv', 'json', 'netstat', 'ps', 'ls', 'ss'] as const;

/** Form in which a table is printed. `columns`: under a header with fixed columns. `records`: `key : value` lines. */
export type TableShape = (typeof TABLE_SHAPES)[number];

/** All tables of a text, and the lines that are in none of them. */
export interface TablesOfText {
  readonly tables: readonly ReadTable[];
  /** Number of lines of the text, as the editor counts them. */
  readonly lines: number;
  /** Ranges of lines outside all tables, blank lines included. First and last line, counted from 1. */
  readonly outside: readonly (readonly [first: number, last: number])[];
  /** Number of lines outside all tables that are not blank. */
  readonly outsideLines: number;
}

/** A table while it is read. Lines are indexes from 0; the caller turns them into numbers. */
export interface FoundTable {
  readonly shape: TableShape;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  readonly otherLines: readonly number[];
  /** Index of the first line after the table. */
  readonly end: number;
  /** Whether its rows stand below different headings, so that no heading belongs to all. */
  readonly isSectioned?: boolean;
  /** See {@link ReadTable.mayLackColumns}. */
  readonly mayLackColumns?: boolean;
}

/** Reads a table that begins at a line. @returns undefined if no table of its shape begins there */
export type TableReader = (lines: TableLines, at: number) => FoundTable | undefined;

/** The lines of a text, prepared for readers of tables. */
export interface TableLines {
  /** Lines without colors, NULs and the blanks at their ends. */
  readonly plain: readonly string[];
  /** Lines as they are in the text. */
  readonly raw: readonly string[];
  /**
   * Takes an amount of work, in units of text, from what is left for this text. Readers look ahead in vain, and a hostile
   * text makes them do so at each line.
   *
   * @returns false if nothing is left; the reader then claims no table
   */
  readonly spend: (units: number) => boolean;
}
