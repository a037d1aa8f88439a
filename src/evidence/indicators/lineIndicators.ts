import type { Offsets } from '../../base/places.ts';
import { findLinuxPaths, findRegistryKeys, findWindowsPaths } from './filePaths.ts';
import { isDomain, isMailHost } from './hostNames.ts';
import type { NameContext } from './hostNames.ts';
import { isIPv4, isTellingIPv4, isTellingIPv6 } from './ipAddresses.ts';
import { isInColumn } from './columns.ts';
import type { Columns } from './columns.ts';
import { findDottedNames, isInName } from './dottedNames.ts';
import { findEach, toFound } from './kinds.ts';
import type { FoundIndicator } from './kinds.ts';
import { findUrls, hostIndicator } from './urls.ts';

const EMAIL = /(?<![\w.+%=-])[a-z\d_+-][\w.+%=-]{0,63}@[a-z\d](?:[\w.-]*[a-z\d])?(?![\w@])/gi;
const EMAIL_OF_LETTERS =
  /(?<![\p{L}\p{M}\p{N}_.+%=-])[\p{L}\p{N}_+-][\p{L}\p{M}\p{N}_.+%=-]{0,63}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}])?(?![\p{L}\p{N}_@])/gu;
const IPV6 = /(?<![\w:.%])[\da-f]{0,4}:[\da-f:.]{1,60}/gi;
const HASH = /(?<![\w-])[\da-f]{32}(?:[\da-f]{8}(?:[\da-f]{24}(?:[\da-f]{64})?)?)?(?![\w-])/gi;
const OTHER_LETTERS = /[\u00aa-\uffff]/u;

/** Labels of hexadecimal values that are not hashes of files. */
const NO_HASH_BEFORE =
  /(?:imphash|machine-?id|boot-?id|uuid|guid|commit|publickey|etag|token|session|serial(?: ?(?:number|no\.?))?|seriennummer|num[ée]ro de s[ée]rie|n[úu]mero de serie|seri numarası|серийный номер)["']?[\s:.="'({]{0,20}$/iu;
const VERSION_WORD =
  /^(?:v|ver|\w{0,40}versi[oó]n|\w{0,40}versionsnummer|sürüm[ıü]?|версия|build|release|rev(?:ision)?|\w{0,40}(?:firmware|driver|framework)|oid|\w{0,20}kit)$/iu;
/** Labels of object identifiers, as certificates contain them. */
const OID_BEFORE = /(?:^|[^a-z])(?:oid|object ?identifier)/iu;
/** Object identifiers for the extensions of a certificate, and for the parts of a name in it. */
const EXTENSION = /^2\.5\.(?:4|29)\.\d{1,2}$/u;
/** The name and the type of a version in the registry, as `reg query` prints them before the version. */
const REGISTRY_BEFORE = /version[ \t]{1,20}REG_(?:EXPAND_|MULTI_)?SZ[ \t]{1,20}$/iu;
/** The text before a product's version in the heading of an event, as firewalls send it. */
const PRODUCT_BEFORE = /(?:CEF|LEEF):\d(?:\.\d)?\|[^|]{0,40}\|[^|]{0,40}\|$/u;
const VERSION_LABEL = /^[\p{L}\p{N}_ .-]{0,40}(?:versi[oó]n|sürüm|версия)[\p{L}\p{N}_ .']{0,20}[:=]/iu;
/** Maximum length of {@link VERSION_LABEL}, in UTF-16 units. */
const LONGEST_LABEL = 68;
const SOCKET_BEFORE = /(?:\/dev\/(?:tcp|udp)\/|(?:^|[\s"'(=,[]|[\w-]\.[a-z]{2,12}|[A-Z_]{4,30})\/)$/u;
/** A device path in which the port follows another slash: `/dev/tcp/203.0.113.7/4444`. */
const DEVICE_BEFORE = /\/dev\/(?:tcp|udp)\/$/u;
/** A range of addresses, with its first and last address. */
const RANGE = /^((?:\d{1,3}\.){3}\d{1,3})-((?:\d{1,3}\.){3}\d{1,3}|\d{1,3})$/u;
/** An address and its port as macOS and tcpdump write them. */
const WITH_PORT = /^((?:\d{1,3}\.){3}\d{1,3})\.(\d{1,5}|[a-z][a-z-]{1,14})$/u;
const WITH_PORT_6 = /^([\da-f:]{2,45}:[\da-f]{1,4})\.\d{1,5}$/iu;
const PORT_LINE = /^(?:tcp|udp)[46]*\s|\bIP6? [\w.:-]{1,255} > |(?:^|\s)> [\w.:-]{1,255}:/u;
/** Length of the examined text before and after a name, in UTF-16 units. */
const CONTEXT = 60;
const CONTEXT_BEHIND = 400;
/** Maximum number of characters between a label and its value. */
const LONGEST_GAP = 24;

/** Facts about the text around a line. */
export interface LineContext {
  readonly columns: Columns;
  /**
   * The end of the text that a terminal would show before this line. A lone CR ends a line here, but not in a terminal.
   */
  readonly lead: string;
  /** Whether the output defanged the text at this place. That text is then certainly an indicator. */
  readonly isHarmless: (place: Offsets) => boolean;
}

/** Finds every indicator of a line, in order. An indicator inside another indicator follows it. */
export function findInLine(line: string, context: LineContext): readonly FoundIndicator[] {
  let found: readonly FoundIndicator[] = [];
  const add = (more: readonly FoundIndicator[]): void => {
    if (more.length > 0) found = found.length === 0 ? more : merge(found, more);
  };
  const hasBackslash = line.includes('\\');
  const hasSlash = line.includes('/');
  const hasColon = line.includes(':');
  if (hasBackslash && /hk|registry/iu.test(line)) {
    add(findRegistryKeys(line).map((place) => toFound('registry', line, place)));
  }
  if (hasSlash && hasColon && /:(?:\/\/|\\\/)/u.test(line)) add(findUrls(line));
  if (hasBackslash || line.includes('%') || (hasSlash && hasColon)) add(findPaths(line));
  if (line.includes('@')) add(findEmails(line, OTHER_LETTERS.test(line) ? EMAIL_OF_LETTERS : EMAIL));
  if (hasSlash) add(findLinuxPaths(line).map((place) => toFound('path', line, place)));
  if (hasColon && hasIPv6(line)) add(findIPv6(line));
  if (hasLongHex(line)) add(findHashes(line, context));
  if (line.includes('.')) add(findDotted(line, context));
  return found;
}

/**
 * Whether a line contains 32 hexadecimal digits in a row. Every run of 32 places contains exactly one of the places 31,
 * 63, 95 and so on. The code therefore examines only these places, and the text around a digit there.
 */
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

/** Whether a line contains two colons in a row, or the seven colons of a complete IPv6 address. */
function hasIPv6(line: string): boolean {
  let colons = 0;
  for (let at = line.indexOf(':'); at >= 0 && colons < 7; at = line.indexOf(':', at + 1)) {
    if (line.charAt(at + 1) === ':') return true;
    colons++;
  }
  return colons === 7;
}

/**
 * Merges two sorted lists of indicators. Leaves out new indicators that overlap with those of the first list. Takes
 * linear time.
 */
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

function findPaths(line: string): FoundIndicator[] {
  return findWindowsPaths(line).flatMap(({ server, ...place }) => [
    toFound('path', line, place),
    ...(server === undefined ? [] : hostIndicator(line, server)),
  ]);
}

/** The end of names of SSH algorithms, which look like a mail address. */
const ALGORITHM = /@(?:openssh|libssh)\.(?:com|org)$/iu;

/**
 * The name of a field with its equals sign, before a mail address. An equals sign can also be part of the address,
 * after the name of a mailing list.
 */
const FIELD_OF_MAIL =
  /^(?:[a-z]{2,20}\.[a-z]{2,20}|mail(?:from)?|e-?mail(?:address)?|from|to|cc|bcc|sender|recipient|rcpt|user(?:name)?|upn|login|account|envelope-(?:from|to)|orig_to|[ei]|owner|subject|name|id)=/iu;

function findEmails(line: string, pattern: RegExp): FoundIndicator[] {
  return findEach(pattern, line, (text, at) => {
    const start = at + (FIELD_OF_MAIL.exec(text)?.[0].length ?? 0);
    if (line.charAt(start) === '@' || !isMailHost(text.slice(text.indexOf('@') + 1)) || ALGORITHM.test(text))
      return undefined;
    return toFound('email', line, { start, end: at + text.length });
  });
}

function findIPv6(line: string): FoundIndicator[] {
  const hasPorts = /^(?:tcp|udp)6\s/u.test(line);
  return findEach(IPV6, line, (text, start) => {
    if (/\w/u.test(line.charAt(start + text.length))) return undefined;
    const trimmed = withoutLastSigns(text);
    // Linux puts only a colon between an IPv6 address and its port. macOS and tcpdump put a dot there.
    const bare = WITH_PORT_6.exec(trimmed)?.[1];
    const value = bare ?? (hasPorts ? trimmed.slice(0, trimmed.lastIndexOf(':')) : trimmed);
    return isTellingIPv6(value) ? toFound('ipv6', line, { start, end: start + value.length }) : undefined;
  });
}

/** Removes dots at the end of a text, and a single colon. */
function withoutLastSigns(text: string): string {
  let end = text.length;
  for (; end > 0; end--) {
    const sign = text.charAt(end - 1);
    if (sign !== '.' && (sign !== ':' || text.charAt(end - 2) === ':')) break;
  }
  return text.slice(0, end);
}

const HASH_KINDS: Readonly<Record<number, 'md5' | 'sha1' | 'sha256' | 'sha512'>> = {
  32: 'md5',
  40: 'sha1',
  64: 'sha256',
  128: 'sha512',
};

function findHashes(line: string, context: LineContext): FoundIndicator[] {
  return findEach(HASH, line, (text, start) => {
    const kind = HASH_KINDS[text.length];
    if (kind === undefined || !/\d/u.test(text) || !/[a-f]/iu.test(text) || new Set(text).size < 6) return undefined;
    if (NO_HASH_BEFORE.test(textBefore(line, start, context))) return undefined;
    return toFound(kind, line, { start, end: start + text.length });
  });
}

function textBefore(line: string, start: number, { lead }: LineContext): string {
  const before = line.slice(Math.max(0, start - CONTEXT), start);
  return start < CONTEXT && lead !== '' ? (lead + before).slice(-CONTEXT) : before;
}

function findDotted(line: string, context: LineContext): FoundIndicator[] {
  let isVersionLine: boolean | undefined;
  let isPortLine: boolean | undefined;
  const findAddress = (text: string, start: number): FoundIndicator | undefined => {
    const place = { start, end: start + text.length };
    const next = line.charAt(place.end);
    if (!isTellingIPv4(text, next === '/' || context.isHarmless(place)) || next === '\\') return undefined;
    if (isInColumn(line, place, context.columns.version)) return undefined;
    const before = textBefore(line, start, context);
    if (
      /[\p{L}\p{N}_\\.$/]/u.test(line.charAt(start - 1)) &&
      !(SOCKET_BEFORE.test(before) && (next !== '/' || DEVICE_BEFORE.test(before)))
    )
      return undefined;
    if (OID_BEFORE.test(before) || PRODUCT_BEFORE.test(before) || REGISTRY_BEFORE.test(before)) return undefined;
    if (EXTENSION.test(text) && /[:=]/u.test(next)) return undefined;
    isVersionLine ??= VERSION_LABEL.test(line.trimStart().slice(0, LONGEST_LABEL));
    return isVersionLine || VERSION_WORD.test(lastWord(before)) ? undefined : toFound('ipv4', line, place);
  };
  return findDottedNames(line, (text, start) => {
    if (isIPv4(text)) return findAddress(text, start);
    if (isDigit(text)) {
      const [, first = '', last = ''] = RANGE.exec(text) ?? [];
      if (isIPv4(first)) {
        const ends = [
          findAddress(first, start),
          isIPv4(last) ? findAddress(last, start + first.length + 1) : undefined,
        ];
        return ends.filter((end) => end !== undefined);
      }
      const address = WITH_PORT.exec(text)?.[1] ?? '';
      isPortLine ??= PORT_LINE.test(line);
      if (isIPv4(address)) return isPortLine ? findAddress(address, start) : undefined;
    }
    return findName(line, text, start, context);
  });
}

/** Returns the word that labels a value. Only the punctuation of a label is between the two. */
function lastWord(before: string): string {
  let end = before.length;
  while (end > 0 && before.length - end < LONGEST_GAP && ` \t.:="'({[`.includes(before.charAt(end - 1))) end--;
  let start = end;
  while (start > 0 && isInName(before.charCodeAt(start - 1))) start--;
  return before.slice(start, end);
}

function isDigit(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 0x30 && code <= 0x39;
}

function findName(line: string, text: string, start: number, context: LineContext): FoundIndicator | undefined {
  const place = { start, end: start + text.length };
  const last = line.charAt(start - 1);
  const next = line.charAt(place.end);
  const isRelative = last === '/' && /(?:^|[^:/])\/\/$/u.test(line.slice(Math.max(0, start - 3), start));
  if ((/[\\/@$%]/u.test(last) && !isRelative) || /[\\(@=$]/u.test(next)) return undefined;
  if (next === ':' && line.charAt(place.end + 1) === ':') return undefined;
  const around: NameContext = {
    before: () => textBefore(line, start, context),
    behind: () => line.slice(place.end, place.end + CONTEXT_BEHIND),
    isHost: context.isHarmless(place) || isInColumn(line, place, context.columns.host),
  };
  return isDomain(text, around) ? toFound('domain', line, place) : undefined;
}
