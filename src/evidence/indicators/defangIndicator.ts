import { numberAt } from '../../base/atIndex.ts';
import { hostOf } from './hostOf.ts';
import type { IndicatorKind } from './kinds.ts';
import { withoutHarmlessForms, withoutMarks } from './shownLine.ts';
import type { ShownLine } from './shownLine.ts';

/** The scheme of an address that programs turn into a link, anywhere in a text. */
const LINK = /(?:ht|(?<![st])f)tp(?=s?:(?:\/\/|\\\/\\\/))/gi;
const LINK_WITH_HOST = /(?:https?|(?<![st])ftps?):(?:\/\/|\\\/\\\/)[^\s/?#&"'<>\\]*/gi;
/** Other text that programs turn into links: an address without its scheme, and a mail address with any ending. */
const RELATIVE_LINK = /(?<![:/\p{L}\p{N}])\/\/[^\s/?#\\<>"]{1,253}/giu;
const BARE_POINT = /(?<!\[)\.(?=[^\s.[])/gu;
const MAIL_LINK = /mailto:[^\s@:]{0,64}@(?!\])/giu;
const MAIL = /[^\s@]@(?=[^\s@/?#\\<>"[\]().]{1,63}\.[^\s.])/giu;

/** A text, and the number of places in it that were made harmless. */
export interface CountedText {
  readonly text: string;
  readonly count: number;
}

/** Returns the defanged indicator. Paths, keys and hashes do not change, because they are harmless. */
export function defangIndicator(kind: IndicatorKind, value: string): string {
  switch (kind) {
    case 'url':
      return defangUrl(value);
    case 'domain':
    case 'ipv4':
      return value.replaceAll('.', '[.]');
    case 'ipv6':
      return value.replaceAll('.', '[.]').replaceAll(':', '[:]');
    case 'email':
      return value.replaceAll('.', '[.]').replace('@', '[@]');
    case 'path':
    case 'registry':
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha512':
      return value;
  }
}

/**
 * Returns the defanged indicator as the text contains it. Terminal marks between its letters stay, and so do parts that
 * were defanged before.
 */
export function defangWritten(kind: IndicatorKind, written: string): string {
  const bare = withoutMarks(written) ?? asItIs(written);
  const plain = withoutHarmlessForms(bare.text) ?? asItIs(bare.text);
  if (plain.text === written) return defangIndicator(kind, written);
  const safe = defangIndicator(kind, plain.text);
  const pieces: string[] = [];
  let copied = 0;
  let at = 0;
  for (let unit = 0; unit < plain.text.length; unit++) {
    const letter = plain.text.charAt(unit);
    const piece = nextPiece(safe, at, letter);
    at += piece.length;
    const [first, end] = [numberAt(plain.starts, unit), numberAt(plain.ends, unit)];
    const [from, to] = [numberAt(bare.starts, first), numberAt(bare.ends, end - 1)];
    if (from < copied) continue;
    const isHarmless = bare.text.slice(first, end) !== letter;
    pieces.push(written.slice(copied, from), isHarmless ? written.slice(from, to) : piece);
    copied = to;
  }
  return pieces.join('') + written.slice(copied);
}

function asItIs(text: string): ShownLine {
  const starts = Array.from({ length: text.length }, (_unit, at) => at);
  return { text, starts, ends: starts.map((start) => start + 1) };
}

/**
 * Returns the replacement for a letter of the indicator: the letter itself, the letter in brackets, or another letter
 * of a scheme.
 */
function nextPiece(safe: string, at: number, letter: string): string {
  const bracketed = `[${letter}]`;
  return letter !== '[' && safe.startsWith(bracketed, at) ? bracketed : safe.charAt(at);
}

/**
 * Makes the scheme and the host of a URL harmless. In the rest it changes only further addresses, such as the target of
 * a redirect.
 */
function defangUrl(url: string): string {
  const host = hostOf(url);
  const name = url.slice(host.start, host.end);
  const safeName =
    name.startsWith('[') && name.endsWith(']')
      ? `[${defangIndicator('ipv6', name.slice(1, -1))}]`
      : name.replaceAll('.', '[.]');
  const rest = url.slice(host.end).replace(LINK_WITH_HOST, defangUrl);
  return defangLinks(url.slice(0, host.start) + safeName + rest).text;
}

/** Makes all text harmless that programs turn into links, even if it is not an indicator. */
export function defangLinks(text: string): CountedText {
  if (!text.includes(':') && !text.includes('@') && !text.includes('//')) return { text, count: 0 };
  let count = 0;
  const safe = text.replace(LINK, (scheme) => {
    count++;
    return scheme.replaceAll('t', 'x').replaceAll('T', 'X');
  });
  const counted =
    (replace: (found: string) => string) =>
    (found: string): string => {
      count++;
      return replace(found);
    };
  const safer = safe
    .replace(RELATIVE_LINK, (found) =>
      found.replace(
        BARE_POINT,
        counted(() => '[.]'),
      ),
    )
    .replace(
      MAIL_LINK,
      counted((found) => found.replace('@', '[@]')),
    )
    .replace(
      MAIL,
      counted((found) => found.replace('@', '[@]')),
    );
  return { text: safer, count };
}
