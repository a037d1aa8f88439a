import { scanIndicators } from './indicators.ts';
import { hostOf } from './lineIndicators.ts';
import type { IndicatorKind } from './lineIndicators.ts';
import type { Quotation } from './quotation.ts';

/** A text in which nothing can be clicked, and how many indicators were changed for it. */
export interface DefangedText {
  readonly text: string;
  readonly count: number;
}

/** An address with a scheme that programs make links of, wherever it stands. */
const LINK = /(?<![a-z\d+.-])(?:ht|f)tp(?=s?:(?:\/\/|\\\/\\\/))/gi;
const DEFANGED_LINK = /\b(?:hxx|fx)p(?=s?:)/gi;
const LINK_WITH_HOST = /(?<![a-z\d+.-])(?:https?|ftps?):(?:\/\/|\\\/\\\/)[^\s/?#&"'<>\\]*/gi;

/**
 * Makes URLs (`hxxp://`, `fxp://`), domains, IP addresses (`[.]`, `[:]`) and mail addresses (`[@]`) harmless: what the
 * indicators' recogniser finds, and nothing else. Paths, versions, file names and members of objects stay. A text that
 * was defanged before stays as it is.
 */
export function defang(text: string): DefangedText {
  const pieces: string[] = [];
  let at = 0;
  let count = 0;
  const copyUntil = (end: number): void => {
    const linked = defangLinks(text.slice(at, end));
    pieces.push(linked.text);
    count += linked.count;
    at = end;
  };
  scanIndicators(text, ({ kind, start, end, value, isInside }, _line, lineStart) => {
    const defanged = isInside ? value : defangIndicator(kind, value);
    if (defanged === value) return;
    copyUntil(lineStart + start);
    pieces.push(defanged);
    count++;
    at = lineStart + end;
  });
  if (count === 0 && !text.includes(':')) return { text, count };
  copyUntil(text.length);
  return { text: pieces.join(''), count };
}

/** The harmless form of one indicator; paths, keys and hashes are harmless. */
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
      return value;
  }
}

/** Quotes what was cut in its harmless form, and says how much of it was changed. */
export function defangQuotation(quotation: Quotation): Quotation {
  const { text, count } = defang(quotation.text);
  return count === 0 ? quotation : { ...quotation, text, changes: [...quotation.changes, { kind: 'defanged', count }] };
}

/** Takes the marks of {@link defang} away, whichever version of its rules put them there. */
export function refang(text: string): string {
  return text
    .replaceAll('[.]', '.')
    .replaceAll('[:]', ':')
    .replaceAll('[@]', '@')
    .replace(DEFANGED_LINK, (scheme) => scheme.replaceAll('x', 't').replaceAll('X', 'T'));
}

/** The scheme and the host; behind them only what is an address again, such as the target of a redirect. */
function defangUrl(url: string): string {
  const host = hostOf(url);
  const name = url.slice(host.start, host.end);
  const safeName = name.startsWith('[')
    ? `[${defangIndicator('ipv6', name.slice(1, -1))}]`
    : name.replaceAll('.', '[.]');
  const rest = url.slice(host.end).replace(LINK_WITH_HOST, defangUrl);
  return defangLinks(url.slice(0, host.start) + safeName + rest).text;
}

function defangLinks(text: string): DefangedText {
  if (!text.includes(':')) return { text, count: 0 };
  let count = 0;
  const safe = text.replace(LINK, (scheme) => {
    count++;
    return scheme.replaceAll('t', 'x').replaceAll('T', 'X');
  });
  return { text: safe, count };
}
