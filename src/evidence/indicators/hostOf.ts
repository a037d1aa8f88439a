import { textAt } from '../../base/atIndex.ts';
import type { Offsets } from '../../base/places.ts';

/** Finds the place of the host in an address, without account and port. */
export function hostOf(url: string): Offsets {
  const colon = url.indexOf(':');
  const authority = url.indexOf('/', colon) + (url.startsWith(':\\/\\/', colon) ? 3 : 2);
  const length = url.slice(authority).search(/[/?#\\]/u);
  const end = length < 0 ? url.length : authority + length;
  const start = Math.max(authority, url.lastIndexOf('@', end - 1) + 1);
  const name = textAt(/^\[[^\]]*\]|^[^:]*/u.exec(url.slice(start, end)), 0);
  return { start, end: start + name.length };
}
