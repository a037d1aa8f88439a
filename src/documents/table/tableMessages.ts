import type { NormaliseRules } from '../../base/normaliseRules.ts';
import type {
  ColumnRef,
  ColumnValue,
  ShownRow,
  StackedRow,
  TableInfo,
  TableQuery,
} from '../../analysis/tables/tableQuery.ts';

/*
 * Messages between a table's page and the extension. The page runs in a webview without network; it has no text of its
 * own, so that all words come from the bundles of translations.
 */

/** Words of the page, by their names. A word can have places such as `{0}`. */
export type PageWords = Readonly<Record<PageWord, string>>;

export const PAGE_WORDS = [
  'addFilter',
  'anyColumn',
  'apply',
  'ascending',
  'clear',
  'close',
  'copyList',
  'contains',
  'descending',
  'emptyCell',
  'equals',
  'filterRows',
  'fetch',
  'greater',
  'heading',
  'hide',
  'host',
  'hosts',
  'exit',
  'errors',
  'less',
  'line',
  'loading',
  'matchList',
  'matchListHint',
  'matches',
  'menuOf',
  'moveLeft',
  'moveRight',
  'near',
  'normalise',
  'newest',
  'newOnly',
  'not',
  'knownGood',
  'pin',
  'rows',
  'showAll',
  'stackBy',
  'stackByThis',
  'stackNone',
  'table',
  'toolbar',
  'unpin',
  'value',
  'values',
  'withoutTitle',
] as const;

export type PageWord = (typeof PAGE_WORDS)[number];

/** The state of a tab, sent when it changes. */
export interface PageTables {
  readonly words: PageWords;
  readonly isRun: boolean;
  readonly tables: readonly (TableInfo & { readonly label: string })[];
  /** Hosts by member: name, exit code and number of error lines. */
  readonly hosts: readonly { readonly name: string; readonly exit: string; readonly errors: string }[];
  /** Sentence about what is loaded or missing; empty if there is nothing to say. */
  readonly status: string;
  /** Sentence about lines that are in no table. */
  readonly outside: string;
  readonly isLoading: boolean;
  /** Whether there can be an earlier result to compare with. */
  readonly canBeNew: boolean;
  /** Whether a device has several results in the tab. */
  readonly hasOlder: boolean;
  /** Whether the tab's result can be fetched by a gesture. */
  readonly canFetch: boolean;
  /** Rules by which stacked values can be normalized, as the overview of a run uses them, and their names. */
  readonly rules: NormaliseRules;
  readonly rulesWords: string;
  /** Sentence about columns that a tool may have left out. */
  readonly lackWords: string;
}

/** The answer to a query: numbers, and sentences about them. */
export interface PageView {
  readonly rows: number;
  readonly hosts: number;
  /** Filter and counts in one sentence. */
  readonly sentence: string;
  /** Sentence about hosts without a row; empty for a single result. */
  readonly without: string;
}

/** Hosts without a row, and those of which it is not known, with the reason. */
export interface HostsWithout {
  readonly without: readonly string[];
  readonly unknown: readonly { readonly name: string; readonly why: string }[];
}

/** Requests of the page, with their answers. */
export interface PageCalls {
  readonly open: { args: [query: TableQuery]; answer: PageView };
  readonly rows: { args: [query: TableQuery, from: number, to: number]; answer: readonly ShownRow[] };
  readonly stacked: { args: [query: TableQuery, from: number, to: number]; answer: readonly StackedRow[] };
  readonly values: { args: [query: TableQuery, column: ColumnRef]; answer: readonly ColumnValue[] };
  readonly hosts: { args: [query: TableQuery]; answer: HostsWithout };
  /** Answers the printed time of a cell; an empty text if its column holds no times. */
  readonly time: { args: [query: TableQuery, row: number, column: ColumnRef]; answer: string };
}

export type PageMethod = keyof PageCalls;

/** A row that the user selected, by its place in the evidence. */
export interface SelectedRow {
  readonly member: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'ask'; readonly id: number; readonly method: PageMethod; readonly args: readonly unknown[] }
  | { readonly type: 'go'; readonly row: SelectedRow; readonly isBeside: boolean }
  | { readonly type: 'select'; readonly query: TableQuery; readonly from: number; readonly to: number }
  | { readonly type: 'copyRows'; readonly query: TableQuery; readonly from: number; readonly to: number }
  | { readonly type: 'copyCell'; readonly query: TableQuery; readonly row: number; readonly column: ColumnRef }
  | { readonly type: 'copyText'; readonly text: string }
  | { readonly type: 'knownGood'; readonly query: TableQuery }
  | { readonly type: 'outside' }
  | { readonly type: 'fetch' };

export type ToPage =
  | { readonly type: 'tables'; readonly tables: PageTables }
  | { readonly type: 'query'; readonly query: TableQuery }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string };
