import { textAt } from '../../base/atIndex.ts';
/** Kind of the cells of a column, so that they sort as what they are. The text of a cell never changes. */
export type ColumnKind =
  | { readonly kind: 'text' | 'address' | 'version' }
  | { readonly kind: 'number' | 'size'; readonly decimal: '.' | ',' }
  | { readonly kind: 'time'; readonly isDayFirst: boolean };

/** Key of a cell for sorting. Numbers stand before texts, and cells without a text have no key. */
export type SortKey = number | string | null;

/** Share of the cells that must be of a kind. Tools print signs like `-` and `N/A` between numbers. */
const SHARE = 0.8;
/** Longest cell that can be a number, a time, an address or a version, in UTF-16 units. */
const LONGEST = 64;

/** Decides the kind of a column from some of its cells. */
export function kindOfColumn(cells: readonly (string | null)[]): ColumnKind {
  const texts = cells.filter((cell): cell is string => cell !== null && cell !== '');
  const share = (isOfKind: (text: string) => boolean): boolean =>
    texts.length > 0 && texts.filter(isOfKind).length >= texts.length * SHARE;
  const decimal = decimalOf(texts);
  const isDayFirst = hasDayFirst(texts);
  const kinds: readonly ColumnKind[] = [
    { kind: 'number', decimal },
    { kind: 'size', decimal },
    { kind: 'time', isDayFirst },
    { kind: 'address' },
    { kind: 'version' },
  ];
  return kinds.find((kind) => share((text) => isOfKind(kind, text))) ?? { kind: 'text' };
}

function isOfKind(kind: ColumnKind, text: string): boolean {
  return typeof keyOf(kind, text) === 'number' || String(keyOf(kind, text)).startsWith(FIRST);
}

/** Sign before the keys of addresses and versions. It places them before all cells that are only text. */
const FIRST = '\u0001';

/** Returns the key by which a cell sorts in a column of a kind. */
export function keyOf(kind: ColumnKind, cell: string | null): SortKey {
  if (cell === null || cell === '') return null;
  return (cell.length > LONGEST ? undefined : readKey(kind, cell.trim())) ?? cell.slice(0, 200).toLowerCase();
}

function readKey(kind: ColumnKind, cell: string): SortKey | undefined {
  switch (kind.kind) {
    case 'number':
      return readNumber(cell, kind.decimal);
    case 'size':
      return readSize(cell, kind.decimal);
    case 'time':
      return readTime(cell, kind.isDayFirst);
    case 'address':
      return readAddress(cell);
    case 'version':
      return readVersion(cell);
    case 'text':
      return undefined;
  }
}

const NUMBER = /^[+-]?\d[\d.,\u00A0\u202F' ]{0,40}$/u;

/** Reads `1,204.55`, `1.204,55`, `1 204`, `-3`, `0x1F` and `37%`. */
function readNumber(cell: string, decimal: '.' | ','): number | undefined {
  if (/^0x[\da-f]{1,13}$/iu.test(cell)) return parseInt(cell, 16);
  const bare = cell.endsWith('%') ? cell.slice(0, -1).trimEnd() : cell;
  if (!NUMBER.test(bare)) return /^[+-]?\d{1,20}(?:\.\d{1,20})?e[+-]?\d{1,3}$/iu.test(bare) ? Number(bare) : undefined;
  const whole = bare.replaceAll(/[\u00A0\u202F' ]/gu, '').replaceAll(decimal === '.' ? ',' : '.', '');
  const number = Number(whole.replace(decimal, '.'));
  return Number.isFinite(number) ? number : undefined;
}

const UNITS = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** Reads `8 K`, `30.160 K`, `1.2 MB`, `4.0KiB`, `512 bytes`. */
function readSize(cell: string, decimal: '.' | ','): number | undefined {
  const match = /^([\d.,\u00A0 ]{1,40}?) ?([KMGTPE]?)(?:i?B|ytes?|B?ytes?)?$/iu.exec(cell);
  if (match === null) return undefined;
  const number = readNumber(textAt(match, 1).trim(), decimal);
  return number === undefined ? undefined : number * 1024 ** UNITS.indexOf(textAt(match, 2).toLowerCase());
}

/**
 * Returns the sign that separates decimals in a column. If a sign only stands before groups of three digits, it
 * separates thousands.
 */
function decimalOf(texts: readonly string[]): '.' | ',' {
  let commas = 0;
  let points = 0;
  for (const text of texts) {
    if (text.length > LONGEST) continue;
    const lastComma = text.lastIndexOf(',');
    const lastPoint = text.lastIndexOf('.');
    if (lastComma >= 0 && lastPoint >= 0) return lastComma > lastPoint ? ',' : '.';
    if (lastComma >= 0 && !isThousands(text, ',')) commas++;
    if (lastPoint >= 0 && !isThousands(text, '.')) points++;
  }
  if (commas !== points) return commas > points ? ',' : '.';
  if (commas > 0) return '.';
  // Points that stand only before three digits separate thousands if one text has two of them, a unit of size, or if
  // whole numbers stand beside them: a tool prints all decimals alike.
  const isSafe = texts.filter((text) => text.length <= LONGEST);
  const hasPoints = isSafe.some((text) => /^\d{1,3}(?:\.\d{3})+\b/u.test(text));
  const isWhole = isSafe.some(
    (text) =>
      /^\d{1,3}(?:\.\d{3}){2,}\b/u.test(text) || /^\d{1,3}\.\d{3} ?[KMG]/u.test(text) || /^\d{1,3}$/u.test(text),
  );
  return hasPoints && isWhole ? ',' : '.';
}

function isThousands(text: string, sign: '.' | ','): boolean {
  const [first = '', ...groups] = text.split(sign);
  return /^\d{1,3}$/u.test(first) && first !== '0' && groups.every((group) => /^\d{3}(?!\d)/u.test(group));
}

const ISO =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z| ?[+-]\d{2}:?\d{2})?$/u;
const DATED =
  /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:,? {1,8}(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AP])\.?M\.?)?)?$/iu;
const CLOCK = /^(?:(\d{1,3})-)?(\d{1,4}):(\d{2})(?::(\d{2}))?(?:[.,](\d{1,3}))?$/u;
const JSON_DATE = /^\/Date\((-?\d{1,15})\)\/$/u;

/** Reads a time of day, a duration, or a date with or without a time of day. A time without a zone counts as UTC. */
function readTime(cell: string, isDayFirst: boolean): number | undefined {
  const iso = ISO.exec(cell);
  if (iso !== null) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', part = '', zone = ''] = iso;
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    return at + Number(`0.${part || '0'}`) * 1000 - zoneMinutes(zone) * 60_000;
  }
  const dated = DATED.exec(cell);
  if (dated !== null) {
    const [, one, other, year = '', hour = '0', minute = '0', second = '0', half = ''] = dated;
    const [day, month] = isDayFirst ? [one, other] : [other, one];
    if (Number(month) > 12 || Number(day) > 31) return undefined;
    const full = year.length === 2 ? 2000 + Number(year) : Number(year);
    return Date.UTC(full, Number(month) - 1, Number(day), hourOf(Number(hour), half), Number(minute), Number(second));
  }
  const clock = CLOCK.exec(cell);
  if (clock !== null) {
    const [, days = '0', first = '0', second = '0', third, part = ''] = clock;
    const seconds =
      third === undefined
        ? Number(first) * 60 + Number(second)
        : Number(first) * 3600 + Number(second) * 60 + Number(third);
    return (Number(days) * 86_400 + seconds + Number(`0.${part || '0'}`)) * 1000;
  }
  const json = JSON_DATE.exec(cell);
  return json === null ? undefined : Number(json[1]);
}

function hourOf(hour: number, half: string): number {
  if (half === '') return hour;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

function zoneMinutes(zone: string): number {
  const match = /([+-])(\d{2}):?(\d{2})/u.exec(zone);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** Whether dates such as `03/04/2025` begin with the day. A date whose second number is above 12 tells the opposite. */
function hasDayFirst(texts: readonly string[]): boolean {
  let isPoint = false;
  for (const text of texts) {
    const match = text.length > LONGEST ? null : /^(\d{1,2})([./-])(\d{1,2})[./-]\d{2,4}\b/u.exec(text);
    if (match === null) continue;
    if (Number(match[1]) > 12) return true;
    if (Number(match[3]) > 12) return false;
    isPoint ||= match[2] === '.';
  }
  return isPoint;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:[:/](\d{1,5}|\*))?$/u;

/** Reads an IP address, with or without a port or a prefix. IPv4 stands before IPv6. */
function readAddress(cell: string): string | undefined {
  const four = IPV4.exec(cell);
  if (four !== null) {
    const parts = four.slice(1, 5).map(Number);
    if (parts.some((part) => part > 255)) return undefined;
    return `${FIRST}4${parts.map((part) => part.toString().padStart(3, '0')).join('')}${textAt(four, 5).padStart(5, '0')}`;
  }
  const bare = /^\[([\da-f:.]{2,45})(?:%\w{1,20})?\](?::(\d{1,5}|\*))?$/iu.exec(cell);
  const groups = expandIpv6(bare?.[1] ?? cell);
  return groups === undefined ? undefined : `${FIRST}6${groups}${textAt(bare, 2).padStart(5, '0')}`;
}

function expandIpv6(text: string): string | undefined {
  const [address = ''] = text.split('%', 1);
  if (!/^[\da-f:]{2,39}$/iu.test(address) || !address.includes(':')) return undefined;
  const [head = '', tail, more] = address.split('::');
  if (more !== undefined) return undefined;
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - first.length - last.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...last];
  if (groups.some((group) => group === '' || group.length > 4)) return undefined;
  return groups.map((group) => group.toLowerCase().padStart(4, '0')).join('');
}

/** Reads `10.0.22631`, `v1.2`, `1.2.3-beta`. Each number sorts by its value. */
function readVersion(cell: string): string | undefined {
  const match = /^v?(\d{1,9}(?:\.\d{1,9}){0,5})(?:[-+ ]([\w.+-]{0,40}))?$/iu.exec(cell);
  if (match === null) return undefined;
  const numbers = textAt(match, 1)
    .split('.')
    .map((number) => number.padStart(9, '0'));
  // `1.2` stands before `1.2.0`, and a preview before its release: these signs sort before a point.
  return `${FIRST}${numbers.join('.')}${match[2] === undefined ? '#' : `"${match[2]}`}`;
}
