import { env, l10n } from 'vscode';
import { NORMALISE_RULES } from '../../base/normaliseRules.ts';
import type { NormaliseRules } from '../../base/normaliseRules.ts';
import type { ColumnRef, TableFilter, TableInfo, TableSummary, TableView } from '../../analysis/tables/tableQuery.ts';
import { makeNameVisible } from '../../evidence/text/visible.ts';
import { hostsWords, linesWords, ruleWords } from '../../messages/runWords.ts';
import type { PageWords } from './tableMessages.ts';

/** Longest value that a sentence about filters shows, in UTF-16 units. */
const LONGEST_VALUE = 60;

/** Returns the words of the page. @param shows - a run can lack several results */
export function pageWords(shows: 'run' | 'result' = 'result'): PageWords {
  return {
    addFilter: l10n.t('Filter'),
    anyColumn: l10n.t('Any column'),
    apply: l10n.t('Apply'),
    ascending: l10n.t('Sort Ascending'),
    clear: l10n.t('Clear'),
    close: l10n.t('Close'),
    copyList: l10n.t('Copy List'),
    contains: l10n.t('contains'),
    descending: l10n.t('Sort Descending'),
    emptyCell: l10n.t('(empty)'),
    equals: l10n.t('is'),
    filterRows: l10n.t('Filter rows'),
    fetch: shows === 'run' ? l10n.t('Fetch Missing…') : l10n.t('Fetch (1–2 calls)'),
    greater: l10n.t('is greater than'),
    heading: l10n.t('Heading'),
    hide: l10n.t('Hide Column'),
    host: l10n.t('Host'),
    hosts: l10n.t('Hosts'),
    exit: l10n.t('Exit code'),
    errors: l10n.t('Error lines'),
    less: l10n.t('is less than'),
    line: l10n.t('Line'),
    loading: l10n.t('Reading tables…'),
    matchList: l10n.t('Match a List…'),
    matchListHint: l10n.t('One value per line: host names, hashes, addresses'),
    matches: l10n.t('matches (regular expression)'),
    menuOf: l10n.t('Menu of column {0}'),
    moveLeft: l10n.t('Move Left'),
    moveRight: l10n.t('Move Right'),
    newest: l10n.t('Newest per Device'),
    newOnly: l10n.t('New Since Last Run'),
    near: l10n.t('± {0} min Around {1}'),
    normalise: l10n.t('Normalize'),
    not: l10n.t('does not contain'),
    knownGood: l10n.t('Hide Known Good…'),
    pin: l10n.t('Pin Column'),
    rows: l10n.t('Rows'),
    showAll: l10n.t('Show All Columns'),
    stackBy: l10n.t('Stack by'),
    stackByThis: l10n.t('Stack by This Column'),
    stackNone: l10n.t('No stacking'),
    table: l10n.t('Table'),
    toolbar: l10n.t('Filter and order of the table'),
    unpin: l10n.t('Unpin Column'),
    value: l10n.t('Value'),
    values: l10n.t('Values'),
    withoutTitle: l10n.t('Hosts without these rows'),
  };
}

/** Returns e.g. `1 row` or `12,000 rows`. */
export function rowsWords(count: number): string {
  return count === 1 ? l10n.t('1 row') : l10n.t('{0} rows', count.toLocaleString(env.language));
}

/** Names a kind of table in a list: its heading, its first columns and its size. */
export function tableLabel({ columns, rows, hosts, headings }: TableInfo, isRun: boolean): string {
  const names = columns.slice(0, 4).map((name) => shown(name === '' ? '–' : name));
  const more = columns.length > names.length ? ', …' : '';
  const [heading] = headings.length === 1 ? headings : [];
  const size = isRun ? `${rowsWords(rows)}, ${hostsWords(hosts)}` : rowsWords(rows);
  return `${heading === undefined ? '' : `${shown(heading)}: `}${names.join(', ')}${more} (${size})`;
}

/** Returns the name of a column. */
export function columnName(columns: readonly string[], column: ColumnRef | 'any'): string {
  const words = pageWords();
  if (typeof column === 'number') return shown(columns[column] ?? '');
  return column === 'any' ? words.anyColumn : words[column];
}

/** Says in one sentence which rows are shown. */
export function viewSentence(
  info: TableInfo,
  filters: readonly TableFilter[],
  view: Pick<TableView, 'rows' | 'hosts'>,
  options: { readonly isRun: boolean; readonly isStacked: boolean },
): string {
  const all = rowsWords(info.rows);
  const count = options.isStacked ? valuesWords(view.rows) : filters.length === 0 ? all : rowsWords(view.rows);
  const on = options.isRun ? l10n.t('{0} on {1}', count, hostsWords(view.hosts)) : count;
  if (filters.length === 0) return on;
  const where = filters.map((filter) => filterWords(info.columns, filter)).join(l10n.t(' and '));
  return l10n.t('{0}, of {1}: {2}', on, all, where);
}

/** Says on how many hosts the rows are not, and of how many hosts it is not known. */
export function withoutSentence(without: number, unknown: number): string {
  return l10n.t('Without: {0} · Not known: {1}', hostsWords(without), hostsWords(unknown));
}

/** Says how many lines of text are in no table. */
export function outsideSentence({ lines, outsideLines }: TableSummary): string {
  return outsideLines === 0
    ? l10n.t('Every line with text is in a table.')
    : l10n.t('Not in a table: {0} of {1}.', linesWords(outsideLines), linesWords(lines));
}

function valuesWords(count: number): string {
  return count === 1 ? l10n.t('1 value') : l10n.t('{0} values', count.toLocaleString(env.language));
}

function filterWords(columns: readonly string[], { column, operator, value, name: list }: TableFilter): string {
  const name = columnName(columns, column);
  const quoted = value === '' ? l10n.t('(empty)') : `"${shown(value)}"`;
  switch (operator) {
    case 'contains':
      return l10n.t('{0} contains {1}', name, quoted);
    case 'equals':
      return l10n.t('{0} is {1}', name, quoted);
    case 'not':
      return l10n.t('{0} does not contain {1}', name, quoted);
    case 'matches':
      return l10n.t('{0} matches {1}', name, quoted);
    case 'greater':
      return l10n.t('{0} is greater than {1}', name, quoted);
    case 'less':
      return l10n.t('{0} is less than {1}', name, quoted);
    case 'like':
      return l10n.t('{0} is, normalized, {1}', name, quoted);
    case 'near': {
      const blank = value.indexOf(' ');
      return l10n.t('{0} is within {1} min of {2}', name, value.slice(0, blank), shown(value.slice(blank + 1)));
    }
    case 'new':
      return l10n.t('not in the last result of the same script');
    case 'newest':
      return l10n.t('newest result of each device');
    case 'unknown':
      return l10n.t('known good hidden: {0}', shown(list ?? ''));
    case 'list':
      return l10n.t('{0} is in the list of {1}', name, value.split('\n').filter((line) => line.trim() !== '').length);
  }
}

/** Names the rules by which stacked values are normalized. */
export function rulesSentence(rules: NormaliseRules): string {
  const names = NORMALISE_RULES.filter((rule) => rules[rule]).map(ruleWords);
  return l10n.t('Ignored in stacked values: {0}', names.join(', ') || '–');
}

/** Returns a text of a device or a person for a sentence: on one line, with hidden characters visible, and short. */
function shown(text: string): string {
  const visible = makeNameVisible(text.slice(0, LONGEST_VALUE)).text;
  return text.length > LONGEST_VALUE ? `${visible}…` : visible;
}
