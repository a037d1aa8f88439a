import { findLinuxPaths, findRegistryKeys, findWindowsPaths } from './filePaths.ts';
import type { Stretch } from './filePaths.ts';
import { isDomain, isHostName, isIPv4, isTellingIPv4, isTellingIPv6 } from './hostNames.ts';
import { withoutEnd } from './trimEnds.ts';

export const INDICATOR_KINDS = [
  'url',
  'domain',
  'ipv4',
  'ipv6',
  'email',
  'sha256',
  'sha1',
  'md5',
  'path',
  'registry',
] as const;

export type IndicatorKind = (typeof INDICATOR_KINDS)[number];

/** An indicator where it stands in a text. */
export interface FoundIndicator extends Stretch {
  readonly kind: IndicatorKind;
  readonly value: string;
  /** Part of another one, such as the host of an address. */
  readonly isInside: boolean;
}

const URL_PATTERN =
  /(?<![a-z\d+.-])(?:https?|ftps?|sftp|wss?|ldaps?|stratum\+(?:tcp|ssl)|socks[45]h?|smb|rdp|ssh|tcp|udp|mqtts?|ircs?):(?:\/\/|\\\/\\\/)(?:[^\s"'<>`{}|\\^\u2400-\u2426]|\\\/)+/gi;
const EMAIL = /(?<![\w.+%-])[a-z\d][\w.+%-]{0,63}@[a-z\d](?:[\w.-]*[a-z\d])?(?![\w@])/gi;
const IPV6 = /(?<![\w:.%])[\da-f]{0,4}:[\da-f:.]{1,60}/gi;
const HASH = /(?<![\w-])[\da-f]{32}(?:[\da-f]{8}(?:[\da-f]{24})?)?(?![\w-])/gi;
const DOTTED = /(?<![\w-])(?<!(?<!\*)\.)[\w-]+(?:\.[\w-]+)+/g;

/** Hexadecimal names that are no hashes of files. */
const NO_HASH_BEFORE =
  /(?:imphash|machine-?id|boot-?id|uuid|guid|commit|publickey|etag|token|session)["']?[\s:="'({]{0,20}$/iu;
const VERSION_BEFORE =
  /(?:^|[^a-z])(?:v|ver|\w{0,40}version|build|release|rev(?:ision)?|firmware|driver|framework|\w{0,20}kit)["']?[\s.:=]{0,20}["'({[]?v?$/iu;
const VERSION_LABEL = /^[\w .-]{0,40}version[\w .]{0,20}[:=]/iu;
/** As long as {@link VERSION_LABEL} can be. */
const LONGEST_LABEL = 68;
const SOCKET_BEFORE = /\/dev\/(?:tcp|udp)\/$/u;
const DOCUMENT_TYPE_BEFORE = /xmlns(?::\w+)?\s*=\s*["']?$/u;
const CONTEXT = 60;

/** Where a table has its versions: four numbers there are none of an address. */
export interface Column extends Stretch {
  readonly isSet: boolean;
}
export const NO_COLUMN: Column = { isSet: false, start: 0, end: 0 };

/** Every indicator of one line, in order, those inside another one behind it. */
export function findInLine(line: string, column: Column): FoundIndicator[] {
  let found: FoundIndicator[] = [];
  const add = (more: readonly FoundIndicator[]): void => {
    if (more.length > 0) found = merge(found, more);
  };
  const hasBackslash = line.includes('\\');
  const hasSlash = line.includes('/');
  if (hasBackslash && /hk|registry/iu.test(line)) {
    add(findRegistryKeys(line).map((place) => toFound('registry', line, place)));
  }
  if (hasSlash && line.includes(':')) add(findUrls(line));
  if (hasBackslash || line.includes('%')) add(findPaths(line));
  if (line.includes('@')) add(findEmails(line));
  if (hasSlash) add(findLinuxPaths(line).map((place) => toFound('path', line, place)));
  if (hasIPv6(line)) add(findIPv6(line));
  if (hasLongHex(line)) add(findHashes(line));
  if (line.includes('.')) add(findDotted(line, column));
  return found;
}

/** Whether 32 of these stand together: then one stands at one of every 32 places, and few lines are looked at more. */
function hasLongHex(line: string): boolean {
  for (let at = 31; at < line.length; at += 32) {
    if (!isHex(line.charCodeAt(at))) continue;
    let start = at;
    while (at - start < 31 && isHex(line.charCodeAt(start - 1))) start--;
    let end = at + 1;
    while (end - start < 32 && isHex(line.charCodeAt(end))) end++;
    if (end - start === 32) return true;
  }
  return false;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
}

/** Two colons together, or the seven of an address that leaves nothing out. */
function hasIPv6(line: string): boolean {
  let colons = 0;
  for (let at = line.indexOf(':'); at >= 0 && colons < 7; at = line.indexOf(':', at + 1)) {
    if (line.charAt(at + 1) === ':') return true;
    colons++;
  }
  return colons === 7;
}

/** Puts in what does not overlap with what is there; both are in order. Linear, however many there are. */
function merge(there: readonly FoundIndicator[], more: readonly FoundIndicator[]): FoundIndicator[] {
  const merged: FoundIndicator[] = [];
  let at = 0;
  let end = 0;
  let dropped = false;
  for (const one of more) {
    for (let next = there[at]; next !== undefined && next.start <= one.start; next = there[++at]) {
      merged.push(next);
      end = Math.max(end, next.end);
    }
    if (one.isInside) {
      if (!dropped) merged.push(one);
      continue;
    }
    const next = there[at];
    dropped = one.start < end || (next !== undefined && next.start < one.end);
    if (dropped) continue;
    merged.push(one);
    end = one.end;
  }
  return [...merged, ...there.slice(at)];
}

/** What a pattern finds, each time as indicators. An iterator and its copies would take a third of the time. */
function findEach(
  pattern: RegExp,
  line: string,
  toIndicators: (text: string, start: number) => FoundIndicator | readonly FoundIndicator[] | undefined,
): FoundIndicator[] {
  const all: FoundIndicator[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const found = toIndicators(match[0], match.index);
    if (found === undefined) continue;
    if ('kind' in found) all.push(found);
    else all.push(...found);
  }
  return all;
}

function toFound(kind: IndicatorKind, line: string, { start, end }: Stretch, isInside = false): FoundIndicator {
  return { kind, start, end, value: line.slice(start, end), isInside };
}

function findUrls(line: string): FoundIndicator[] {
  return findEach(URL_PATTERN, line, (written, start) => {
    const text = trimUrl(written.split(/\p{Cc}/u, 1).join(''));
    const place = { start, end: start + text.length };
    const host = hostOf(text);
    const name = text.slice(host.start, host.end);
    if (name === '' || /^(?:localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/iu.test(name)) return undefined;
    if (DOCUMENT_TYPE_BEFORE.test(line.slice(Math.max(0, start - CONTEXT), start))) return undefined;
    const inside = hostIndicator(line, { start: start + host.start, end: start + host.end });
    if (inside.length === 0 && !/^[a-z\d](?:[\w.-]*[a-z\d])?$/iu.test(name)) return undefined;
    return [toFound('url', line, place), ...inside];
  });
}

/** Without the end of the sentence, and without a bracket that was opened before it. */
function trimUrl(text: string): string {
  const bare = withoutEnd(text, '.,;:!?*$)]\\');
  const closing = text.charAt(bare.length);
  const isBalanced =
    (closing === ')' && bare.split('(').length > bare.split(')').length) || (closing === ']' && opensBracket(bare));
  return isBalanced ? bare + closing : bare;
}

/** Whether the last bracket of an address of IPv6 is not closed yet. */
function opensBracket(text: string): boolean {
  const open = text.lastIndexOf('//[');
  return open >= 0 && !text.includes(']', open);
}

/** Where the host of an address stands in it, without account and port. */
export function hostOf(url: string): Stretch {
  const authority = url.indexOf('/', url.indexOf(':')) + (url.includes(':\\/\\/') ? 3 : 2);
  const length = url.slice(authority).search(/[/?#\\]/u);
  const end = length < 0 ? url.length : authority + length;
  const start = Math.max(authority, url.lastIndexOf('@', end - 1) + 1);
  const name = /^\[[^\]]*\]|^[^:]*/u.exec(url.slice(start, end))?.[0] ?? '';
  return { start, end: start + name.length };
}

function hostIndicator(line: string, place: Stretch): FoundIndicator[] {
  const name = line.slice(place.start, place.end);
  if (isIPv4(name)) return isTellingIPv4(name, true) ? [toFound('ipv4', line, place, true)] : [];
  if (name.startsWith('[')) {
    const inner = { start: place.start + 1, end: place.end - 1 };
    return isTellingIPv6(name.slice(1, -1)) ? [toFound('ipv6', line, inner, true)] : [];
  }
  return isHostName(name) ? [toFound('domain', line, place, true)] : [];
}

function findPaths(line: string): FoundIndicator[] {
  return findWindowsPaths(line).flatMap(({ server, ...place }) => [
    toFound('path', line, place),
    ...(server === undefined ? [] : hostIndicator(line, server)),
  ]);
}

function findEmails(line: string): FoundIndicator[] {
  return findEach(EMAIL, line, (text, start) =>
    isHostName(text.slice(text.indexOf('@') + 1))
      ? toFound('email', line, { start, end: start + text.length })
      : undefined,
  );
}

function findIPv6(line: string): FoundIndicator[] {
  const hasPorts = /^(?:tcp|udp)6\s/u.test(line);
  return findEach(IPV6, line, (text, start) => {
    if (/\w/u.test(line.charAt(start + text.length))) return undefined;
    const trimmed = withoutLastSigns(text);
    // Linux writes an address and its port with nothing but a colon between.
    const value = hasPorts ? trimmed.slice(0, trimmed.lastIndexOf(':')) : trimmed;
    return isTellingIPv6(value) ? toFound('ipv6', line, { start, end: start + value.length }) : undefined;
  });
}

/** Without points at the end, and without a colon that stands alone. */
function withoutLastSigns(text: string): string {
  let end = text.length;
  for (; end > 0; end--) {
    const sign = text.charAt(end - 1);
    if (sign !== '.' && (sign !== ':' || text.charAt(end - 2) === ':')) break;
  }
  return text.slice(0, end);
}

function findHashes(line: string): FoundIndicator[] {
  return findEach(HASH, line, (text, start) => {
    if (!/\d/u.test(text) || !/[a-f]/iu.test(text) || new Set(text).size < 6) return undefined;
    if (NO_HASH_BEFORE.test(line.slice(Math.max(0, start - CONTEXT), start))) return undefined;
    const kind = text.length === 64 ? 'sha256' : text.length === 40 ? 'sha1' : 'md5';
    return toFound(kind, line, { start, end: start + text.length });
  });
}

function findDotted(line: string, column: Column): FoundIndicator[] {
  let isVersionLine: boolean | undefined;
  return findEach(DOTTED, line, (text, start) => {
    const place = { start, end: start + text.length };
    const next = line.charAt(place.end);
    const before = (): string => line.slice(Math.max(0, start - CONTEXT), start);
    if (isIPv4(text)) {
      if (!isTellingIPv4(text, next === '/') || next === '\\') return undefined;
      if (column.isSet && (start === column.start || place.end === column.end)) return undefined;
      if (/[\w\\.$/]/u.test(line.charAt(start - 1)) && !SOCKET_BEFORE.test(before())) return undefined;
      isVersionLine ??= VERSION_LABEL.test(line.trimStart().slice(0, LONGEST_LABEL));
      return isVersionLine || VERSION_BEFORE.test(before()) ? undefined : toFound('ipv4', line, place);
    }
    if (/[\\/@$%\u0080-\uffff]/u.test(line.charAt(start - 1)) || /[\\(@=$\u0080-\uffff]/u.test(next)) return undefined;
    if (next === ':' && line.charAt(place.end + 1) === ':') return undefined;
    return isDomain(text, before) ? toFound('domain', line, place) : undefined;
  });
}
