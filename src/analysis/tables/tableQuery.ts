import type { NormaliseRules } from '../../base/normaliseRules.ts';

/**
 * A column of a table: its index, or a column that every table has. `line` is the first line of a row; a filter for one
 * line finds the row that contains it.
 */
export type ColumnRef = number | 'host' | 'exit' | 'errors' | 'heading' | 'line';

export const FILTER_OPERATORS = [
  ...(['contains', 'equals', 'not', 'matches', 'greater', 'less'] as const),
  ...(['like', 'near', 'list', 'unknown', 'new', 'newest'] as const),
] as const;

/**
 * Comparison of a cell with a value. `contains`: in upper or lower case. `equals`: exactly this text. `not`: does not
 * contain. `matches`: a regular expression. `greater`, `less`: by the kind of the column. `like`: equals this text after
 * both were normalized by the filter's rules. `near`: a time that is at most so many minutes away; the value is the
 * minutes, a blank and the time. `list`: contains one of the lines of the value. `unknown`: no cell is one of the lines of the value, which lists what is known to be good. `new`:
 * the earlier result of the same script on the same host has no such row. `newest`: of the newest result of the device.
 */
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export interface TableFilter {
  /** `any`: one of all cells of a row, the name of its host included. */
  readonly column: ColumnRef | 'any';
  readonly operator: FilterOperator;
  readonly value: string;
  /** Name of the list, for a person. */
  readonly name?: string;
  /** Rules of `like`. */
  readonly rules?: NormaliseRules;
}

export interface TableSort {
  readonly column: ColumnRef;
  readonly isDescending: boolean;
}

/** Order of stacked values: by their number of hosts or rows, or by one of the values. */
export interface StackOrder {
  /** A number is the index of a stacked column. */
  readonly by: 'hosts' | 'rows' | number;
  readonly isDescending: boolean;
}

/** The rows that a view of a table shows, and their order. */
export interface TableQuery {
  /** Index of the table in {@link TableSummary.tables}. */
  readonly table: number;
  /** All filters must apply. */
  readonly filters: readonly TableFilter[];
  /** The first sort counts first. Equal rows are in the order of hosts and lines. */
  readonly sort: readonly TableSort[];
  /** Columns by whose values the rows are stacked. Empty: the rows themselves are shown. */
  readonly stack: readonly ColumnRef[];
  /** Order of the stacked values; by default the rarest first. */
  readonly stackOrder?: StackOrder;
  /** Rules by which values are normalized before they are stacked; by default they are stacked as printed. */
  readonly stackRules?: NormaliseRules;
}

/** A host whose result may hold tables. */
export interface TableHost {
  /** Index of the host: the member of a run, or 0. */
  readonly member: number;
  readonly name: string;
  readonly exitCode: number | undefined;
  readonly errorLines: number;
  /** Whether no other host of the tab is a later result of the same device. */
  readonly isNewest: boolean;
}

/** One kind of table: the tables of all hosts that have the same columns. */
export interface TableInfo {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly hosts: number;
  /** Headings above tables of this kind, at most a few. */
  readonly headings: readonly string[];
  /** Whether its rows stand below different headings, so that the heading is a column. */
  readonly hasHeadings: boolean;
  /** Whether the tool may have left out columns that did not fit. `Format-Table` does so without a sign. */
  readonly mayLackColumns: boolean;
}

export interface TableSummary {
  readonly tables: readonly TableInfo[];
  /** Number of hosts whose results were read. */
  readonly hosts: number;
  /** Number of lines, and of lines with a text that are in no table. */
  readonly lines: number;
  readonly outsideLines: number;
  /** Lines outside all tables, as ranges. Only for a single result. */
  readonly outside: readonly (readonly [first: number, last: number])[];
  /** Members whose results have more rows than are kept. */
  readonly cutMembers: readonly number[];
}

/** The answer to a query: numbers only. The rows are read page by page. */
export interface TableView {
  /** Number of rows, or of stacked values. */
  readonly rows: number;
  /** Number of hosts with at least one of the rows. */
  readonly hosts: number;
  /** Hosts that have this table and none of the rows. */
  readonly without: readonly number[];
  /** Hosts whose result was read, and holds no such table. It is not known whether they have the rows. */
  readonly withoutTable: readonly number[];
}

/** Longest cell that is sent to be shown, in characters. A longer cell is cut. */
export const LONGEST_SHOWN = 1000;

/** One row, as it is shown. */
export interface ShownRow {
  readonly member: number;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly heading: string | null;
  /** Cells, cut to a length that can be shown. `null` for a key that a record lacks. */
  readonly cells: readonly (string | null)[];
}

/** A stacked value: on how many hosts, in how many rows. */
export interface StackedRow {
  readonly values: readonly (string | null)[];
  readonly hosts: number;
  readonly rows: number;
  /** The first of these hosts. */
  readonly members: readonly number[];
}

/** A value of a column, with its counts. */
export interface ColumnValue {
  readonly value: string | null;
  readonly hosts: number;
  readonly rows: number;
}
