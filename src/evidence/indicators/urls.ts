import type { Offsets } from '../../base/places.ts';
import { isHostName } from './hostNames.ts';
import { withoutEnd } from '../text/trimEnds.ts';
import { isIPv4, isTellingIPv4, isTellingIPv6 } from './ipAddresses.ts';
import { hostOf } from './hostOf.ts';
import { findEach, toFound } from './kinds.ts';
import type { FoundIndicator } from './kinds.ts';

/**
 * Addresses with a scheme. Web addresses are found after any letter, because a log with two columns can contain
 * `Phttp://`.
 */
const URL_PATTERN =
  /(?:https?|(?<![st])ftps?|(?<![a-z\d+.])(?:sftp|tftp|wss?|ldaps?|stratum\+(?:tcp|ssl)|socks[45]h?|smb|rdp|ssh|tcp|udp|mqtts?|ircs?|telnet|vnc)):(?:\/\/|\\\/\\\/)(?:[^\s"'<>`{}|\\^\u00ab\u00bb\u2018-\u201f\u2400-\u2426\u3000-\u303f\uff08\uff09\uff0c\uff1b]|\\\/)+/gi;
const DOCUMENT_TYPE_BEFORE = /xmlns(?::\w+)?\s*=\s*["']?$/u;
const HOST = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}])?$/u;
const CONTEXT = 60;
/** Length of the part of a row in which the code looks for separators, in UTF-16 units. */
const ROW = 300;
/** A separator before the next address in a list. */
const LIST_SEPARATOR = /[,;](?=[a-z][a-z\d+]{1,12}:\/\/)/iu;
/** XML entities. They are not part of the address before them. */
const ENTITY = /&(?:quot|apos|lt|gt|#0?39|#34);/iu;

/** Finds the addresses of a line, each followed by its host. */
export function findUrls(line: string): FoundIndicator[] {
  return findEach(URL_PATTERN, line, (written, start) => {
    const control = written.search(/\p{Cc}/u);
    const text = control < 0 ? written : written.slice(0, control);
    if (!/[,;]/u.test(text)) return findUrl(text, line, start);
    // Each item of a list is a separate address.
    const found: FoundIndicator[] = [];
    let at = 0;
    for (const item of text.split(LIST_SEPARATOR)) {
      found.push(...findUrl(item, line, start + at));
      at += item.length + 1;
    }
    return found;
  });
}

function findUrl(written: string, line: string, start: number): FoundIndicator[] {
  const text = trimUrl(cutUrl(written, line, start));
  const host = hostOf(text);
  const name = text.slice(host.start, host.end);
  if (name === '' || /^(?:localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/iu.test(name)) return [];
  if (DOCUMENT_TYPE_BEFORE.test(line.slice(Math.max(0, start - CONTEXT), start))) return [];
  const inside = hostIndicator(line, { start: start + host.start, end: start + host.end });
  if (inside.length === 0 && !HOST.test(name)) return [];
  return [toFound('url', line, { start, end: start + text.length }), ...inside];
}

/** Cuts an address where its field of a row, its item of a list, or its bracket ends. */
function cutUrl(text: string, line: string, start: number): string {
  const before = line.charAt(start - 1);
  const scheme = text.indexOf(':') + 3;
  let cut = text;
  const entity = cut.includes('&') ? cut.search(ENTITY) : -1;
  if (entity > 0) cut = cut.slice(0, entity);
  const closing = before === '(' ? ')' : before === '[' ? ']' : '';
  if (closing !== '') cut = cutAtBracket(cut, before, closing);
  for (const separator of [',', ';']) {
    const at = cut.indexOf(separator, scheme);
    if (at < 0) continue;
    if (isRow(line, start, start + at, separator)) cut = cut.slice(0, at);
  }
  return cut;
}

/**
 * Whether a separator after an address divides the fields of a row. If so, it is also before the address, or occurs
 * again later.
 */
function isRow(line: string, start: number, at: number, separator: string): boolean {
  const before = line.slice(Math.max(0, start - ROW), start).trimEnd();
  if (before === '') return line.slice(at, at + ROW).split(separator, 3).length > 2;
  if (/["']$/u.test(before)) return false;
  return before.endsWith(separator) || before.split(separator, 3).length > 2;
}

function cutAtBracket(text: string, opening: string, closing: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === opening) depth++;
    else if (sign === closing && --depth < 0) return text.slice(0, at);
  }
  return text;
}

/**
 * Removes the punctuation of the sentence after an address, and a closing bracket that was opened before the address.
 */
function trimUrl(text: string): string {
  const bare = withoutEnd(text, '.,;:!?*$)]\\\u2026');
  const closing = text.charAt(bare.length);
  const isBalanced =
    (closing === ')' && bare.split('(').length > bare.split(')').length) || (closing === ']' && opensBracket(bare));
  return isBalanced ? bare + closing : bare;
}

/** Whether the bracket of an IPv6 address is still open. */
function opensBracket(text: string): boolean {
  const open = text.lastIndexOf('//[');
  return open >= 0 && !text.includes(']', open);
}

/** Returns the host of an address or a share as a separate indicator, if the host is an indicator. */
export function hostIndicator(line: string, place: Offsets): FoundIndicator[] {
  const name = line.slice(place.start, place.end);
  if (isIPv4(name)) return isTellingIPv4(name, true) ? [toFound('ipv4', line, place, true)] : [];
  if (name.startsWith('[')) {
    const inner = { start: place.start + 1, end: place.end - 1 };
    return isTellingIPv6(name.slice(1, -1)) ? [toFound('ipv6', line, inner, true)] : [];
  }
  return isHostName(name) ? [toFound('domain', line, place, true)] : [];
}
