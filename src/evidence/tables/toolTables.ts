import { numberAt, textAt } from '../../base/atIndex.ts';
import type { FoundTable, TableReader, TableRow, TableShape } from './table.ts';
import { findWords, isReadable, splitWords } from './tableLines.ts';

/** Number of lines between two rows that may belong to no row, e.g. `[svchost.exe]` in `netstat -b`. */
const MOST_BETWEEN = 2;

/** Reads the cells of a line. @returns undefined if the line is no row of the table */
type RowReader = (line: string) => readonly string[] | undefined;

interface Rows {
  readonly rows: readonly TableRow[];
  readonly end: number;
}

function readRows(plain: readonly string[], from: number, readRow: RowReader, between = 0): Rows {
  const rows: TableRow[] = [];
  let end = from;
  for (let at = from; at < plain.length && at - end <= between; at++) {
    const line = plain[at];
    if (!isReadable(line)) break;
    const cells = readRow(line);
    if (cells === undefined) continue;
    rows.push({ firstLine: at, lastLine: at, cells });
    end = at + 1;
  }
  return { rows, end };
}

function toTable(
  shape: TableShape,
  columns: readonly string[],
  header: number | undefined,
  found: Rows,
): FoundTable | undefined {
  if (found.rows.length === 0) return undefined;
  return { shape, columns, rows: found.rows, otherLines: header === undefined ? [] : [header], end: found.end };
}

const ENDPOINT = /^(?:\[[\da-fA-F:.%\w]{0,80}\]|[\w.:%*-]{1,80}):(?:\d{1,5}|\*)$/u;

/**
 * Reads `netstat -ano` of Windows. The names of its columns and states are translated, so the rows tell the table: a
 * protocol and two addresses. The line above them is the header.
 */
export const readWindowsNetstat: TableReader = ({ plain }, at) => {
  const header = plain[at];
  if (!isReadable(header) || !isReadable(plain[at + 1])) return undefined;
  if (readEndpoints(header) !== undefined || readEndpoints(textAt(plain, at + 1)) === undefined) return undefined;
  const names = netstatNames(header, plain.slice(at + 1, at + 1 + NETSTAT_SAMPLE));
  if (names.length < 4 || names.length > 6 || names.includes('')) return undefined;
  const readRow = (line: string): string[] | undefined => {
    const words = readEndpoints(line);
    if (words === undefined || words.length > names.length) return undefined;
    if (words.length === names.length) return words;
    // UDP has no state. The process is the last column.
    const missing = names.length - words.length;
    return [...words.slice(0, 3), ...Array<string>(missing).fill(''), ...words.slice(3)];
  };
  return toTable('netstat', names, at, readRows(plain, at + 1, readRow, MOST_BETWEEN));
};

/** Number of rows whose places tell where the columns begin. */
const NETSTAT_SAMPLE = 20;

/** Returns the names of the columns. A translated name may fill its column, so only the rows tell where it ends. */
function netstatNames(header: string, rows: readonly string[]): string[] {
  const places = rows
    .filter((row) => readEndpoints(row) !== undefined)
    .map((row) => findWords(row).map(({ start }) => start));
  // A long address moves all that is behind it to the right.
  const startOf = (word: number): number => Math.min(...places.map((starts) => numberAt(starts, word)));
  const [second, third] = [startOf(1), startOf(2)];
  return [
    header.slice(0, second).trim(),
    header.slice(second, third).trim(),
    ...findWords(header.slice(third), 2).map(({ start, end }) => header.slice(third + start, third + end)),
  ];
}

function readEndpoints(line: string): string[] | undefined {
  const words = splitWords(line.trim(), 8);
  const [protocol = '', local = '', remote = ''] = words;
  return /^(?:TCP|UDP)(?:v6)?$/u.test(protocol) && ENDPOINT.test(local) && ENDPOINT.test(remote) ? words : undefined;
}

const UNIX_NETSTAT = /^Proto +Recv-Q +Send-Q +Local Address +Foreign Address +\(?[Ss]tate\)?(?: |$)/u;

/** Reads `netstat -tulpn` of Linux, and `netstat -an` of macOS. */
export const readUnixNetstat: TableReader = ({ plain }, at) => {
  const header = plain[at];
  if (!isReadable(header) || header.length > 400 || !UNIX_NETSTAT.test(header)) return undefined;
  const state = textAt(/\(?[Ss]tate\)?/u.exec(header), 0);
  const names = ['Proto', 'Recv-Q', 'Send-Q', 'Local Address', 'Foreign Address', state];
  const behindState = header.slice(header.indexOf(state) + state.length);
  const more = behindState.includes('PID/Program name')
    ? ['PID/Program name', ...splitWords(behindState.replace('PID/Program name', ''), 20)]
    : splitWords(behindState, 40);
  const columns = [...names, ...more];
  const readRow = (line: string): string[] | undefined => {
    const words = splitWords(line, 7);
    const [protocol = '', received = '', sent = ''] = words;
    if (!/^(?:tcp|udp|icmp?|raw)[46]{0,2}$/u.test(protocol) || !/^\d+$/u.test(received) || !/^\d+$/u.test(sent))
      return undefined;
    if (words.length < 5) return undefined;
    const hasState = /^[A-Z][A-Z_0-9]*$/u.test(textAt(words, 5));
    const cells = [...words.slice(0, 5), hasState ? textAt(words, 5) : ''];
    const behind = hasState ? words.slice(6).join(' ') : words.slice(5).join(' ');
    const behindCells = more.length === 0 ? [] : splitWords(behind, more.length);
    return [...cells, ...more.map((_, index) => textAt(behindCells, index))];
  };
  return toTable('netstat', columns, at, readRows(plain, at + 1, readRow));
};

/** Reads `ps`, with any columns: one of them is PID, and the last one is the command, which may contain blanks. */
export const readPs: TableReader = ({ plain }, at) => {
  const header = plain[at];
  if (!isReadable(header) || header.length > 400 || !/ (?:CMD|COMMAND|ARGS)$/u.test(header)) return undefined;
  const names = splitWords(header, 40);
  const pid = names.indexOf('PID');
  if (pid < 0 || names.length < 2) return undefined;
  const numbers = names.flatMap((name, column) => (/^(?:PID|PPID|%CPU|%MEM|VSZ|RSS)$/u.test(name) ? [column] : []));
  const started = names.indexOf('STARTED');
  const readRow = (line: string): string[] | undefined => {
    const words = splitProcess(line, names.length, started);
    const isRow =
      words.length === names.length && numbers.every((column) => /^\d+(?:[.,]\d+)?$/u.test(textAt(words, column)));
    return isRow ? words : undefined;
  };
  return toTable('ps', names, at, readRows(plain, at + 1, readRow));
};

const LONG_TIME = /^\p{L}{2,4}\.? (?:\p{L}{2,5}\.? {1,2}\d{1,2}|\d{1,2} {1,2}\p{L}{2,5}\.?) \d{2}:\d{2}:\d{2} \d{4}$/u;

/** Divides a row of `ps` into words. A time of five words, as `ps -o lstart` prints it, is one cell. */
function splitProcess(line: string, width: number, started: number): string[] {
  const words = splitWords(line, width);
  const spans = findWords(line);
  const first = started < 0 ? undefined : spans[started];
  const time = first === undefined ? '' : line.slice(first.start, spans[started + 4]?.end);
  if (!LONG_TIME.test(time)) return words;
  const longer = splitWords(line, width + 4);
  return [...longer.slice(0, started), time, ...longer.slice(started + 5)];
}

const DF_SHARE = /^(?:\d{1,3}%|-)$/u;

/** Reads `df`. Its header is translated, so the rows tell the table: a share in percent before a path. */
export const readDf: TableReader = ({ plain }, at) => {
  const header = plain[at];
  if (!isReadable(header) || header.length > 400 || !header.includes('%')) return undefined;
  const words = splitWords(header, 20);
  const share = words.findIndex((word) => word.endsWith('%'));
  const counted = countDfColumns(plain[at + 1]);
  if (share < 0 || counted === undefined || share + 1 < counted) return undefined;
  // All names but the first and the last are one word.
  const first = share - counted + 2;
  const names = [words.slice(0, first).join(' '), ...words.slice(first, share + 1), words.slice(share + 1).join(' ')];
  const readRow = (line: string): string[] | undefined => {
    const cells = splitWords(line, names.length);
    return cells.length === names.length && DF_SHARE.test(textAt(cells, names.length - 2)) ? cells : undefined;
  };
  return names.includes('') ? undefined : toTable('columns', names, at, readRows(plain, at + 1, readRow));
};

/** Counts the columns of `df` before the path. */
function countDfColumns(line: string | undefined): number | undefined {
  if (!isReadable(line)) return undefined;
  const words = splitWords(line, 9);
  const share = words.findIndex((word) => word.endsWith('%') && DF_SHARE.test(word));
  return share >= 4 && words[share + 1]?.startsWith('/') === true ? share + 1 : undefined;
}

const MAC = /^(?:[\da-f]{2}[-:]){5}[\da-f]{2}$/iu;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/u;

/** Reads `arp -a` of Windows. Its header is translated, so the rows tell the table. */
export const readArp: TableReader = ({ plain }, at) => {
  const header = plain[at];
  if (!isReadable(header)) return undefined;
  const names = findWords(header, 2).map(({ start, end }) => header.slice(start, end));
  if (names.length !== 3) return undefined;
  const readRow = (line: string): string[] | undefined => {
    const [address = '', ...rest] = splitWords(line, 4);
    if (!IPV4.test(address) || rest.length < 1 || rest.length > 2) return undefined;
    const [physical = '', type = ''] = rest.length === 1 ? ['', ...rest] : rest;
    return physical === '' || MAC.test(physical) ? [address, physical, type] : undefined;
  };
  if (readRow(header) !== undefined || readRow(textAt(plain, at + 1)) === undefined) return undefined;
  return toTable('columns', names, at, readRows(plain, at + 1, readRow));
};

const LS_COLUMNS = ['Mode', 'Links', 'Owner', 'Group', 'Size', 'Modified', 'Name'];
const LS_MODE = /^[bcdlnpsDM-](?:[r-][w-][xsStT-]){3}[.+@]?$/u;
const LS_CLOCK = /^(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?|\d{4})$/u;

/** Reads `ls -l` of any language. It has no header, so the columns have the names that coreutils' manual uses. */
export const readLs: TableReader = ({ plain }, at) =>
  readLsRow(textAt(plain, at)) === undefined
    ? undefined
    : toTable('ls', LS_COLUMNS, undefined, readRows(plain, at, readLsRow, MOST_BETWEEN));

function readLsRow(line: string): string[] | undefined {
  if (!/^[bcdlnpsDM-][r-]/u.test(line)) return undefined;
  const spans = findWords(line.slice(0, 600));
  const words = spans.map(({ start, end }) => line.slice(start, end));
  const word = (index: number): string => textAt(words, index);
  if (spans.length < 8 || !LS_MODE.test(word(0)) || !/^\d+$/u.test(word(1))) return undefined;
  // A device file has two numbers in place of its size.
  const isDevice = /^\d+,$/u.test(word(4));
  const sizeEnd = isDevice ? 5 : 4;
  if (!/^\d[\d.,]*[KMGTPE]?$/u.test(word(sizeEnd))) return undefined;
  // `2024-03-14 09:00`, `Mar 14 09:00`, `14. Mär 09:00`, `Mar 14  2024`, `2024-03-14 09:00:00.000 +0000`
  const first = sizeEnd + 1;
  let last = /^\d{4}-\d{2}-\d{2}$/u.test(word(first)) ? first + 1 : first + 2;
  if (!LS_CLOCK.test(word(last))) return undefined;
  if (last === first + 1 && /^[+-]\d{4}$/u.test(word(last + 1))) last++;
  if (spans.length <= last + 1) return undefined;
  // `7. Dez 2023  name`: a year is padded to the width of a clock. One blank is between the time and a name.
  const timeEnd = numberAt(
    spans.map(({ end }) => end),
    last,
  );
  const nameAt = /^\d{4}$/u.test(word(last)) && line.startsWith('  ', timeEnd) ? timeEnd + 2 : timeEnd + 1;
  return [
    word(0),
    word(1),
    word(2),
    word(3),
    line.slice(spans[4]?.start, spans[sizeEnd]?.end),
    line.slice(spans[first]?.start, timeEnd),
    line.slice(nameAt),
  ];
}

const SS_NAMES = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process'];

/** Reads `ss`. Its columns are divided at the colons of addresses, so places in the header tell nothing. */
export const readSs: TableReader = ({ plain }, at) => {
  const header = plain[at];
  if (!isReadable(header) || header.length > 1000) return undefined;
  const squeezed = header
    .replaceAll(/ +/gu, ' ')
    .replace(/:PortProcess$/u, ':Port Process')
    .trim();
  const columns = SS_NAMES.filter((name) => squeezed.includes(name));
  if (columns.join(' ') !== squeezed || !columns.includes('Recv-Q') || !columns.includes('State')) return undefined;
  const isCounted = columns.indexOf('Recv-Q');
  const addresses = columns.indexOf('Peer Address:Port');
  const readRow = (line: string): string[] | undefined => {
    const words = splitWords(line, addresses + 2);
    if (words.length <= addresses || !/^\d+$/u.test(textAt(words, isCounted))) return undefined;
    return columns.map((_, column) => textAt(words, column));
  };
  return toTable('ss', columns, at, readRows(plain, at + 1, readRow));
};
