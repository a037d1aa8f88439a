import { defangLinks, defangWritten } from './defangIndicator.ts';
import type { CountedText } from './defangIndicator.ts';
import { scanIndicators } from './indicators.ts';
import type { Quotation } from '../text/quotation.ts';

/** A text that contains no clickable indicator, and the number of places that were changed. */
export type DefangedText = CountedText;

const DEFANGED_LINK = /(?:hxx|fx)p(?=s?:)/gi;

/**
 * Makes URLs (`hxxp://`, `fxp://`), domains, IP addresses (`[.]`, `[:]`) and mail addresses (`[@]`) harmless. Changes
 * the indicators that {@link scanIndicators} finds, and other text that programs turn into links. Does not change
 * paths, versions, file names, members of objects and text that was defanged before.
 */
export function defang(text: string): DefangedText {
  const pieces: string[] = [];
  let at = 0;
  let count = 0;
  scanIndicators(text, ({ kind, start, end, isInside }, _line, lineStart) => {
    if (isInside) return;
    const written = text.slice(lineStart + start, lineStart + end);
    const defanged = defangWritten(kind, written);
    if (defanged === written) return;
    pieces.push(text.slice(at, lineStart + start), defanged);
    count++;
    at = lineStart + end;
  });
  pieces.push(text.slice(at));
  const safe = defangLinks(pieces.join(''));
  return { text: safe.text, count: count + safe.count };
}

/** Returns the defanged quotation. Its list of changes contains the number of defanged places. */
export function defangQuotation(quotation: Quotation): Quotation {
  const { text, count } = defang(quotation.text);
  return count === 0 ? quotation : { ...quotation, text, changes: [...quotation.changes, { kind: 'defanged', count }] };
}

/** Removes the changes that {@link defang} made, in any version of its rules. */
export function refang(text: string): string {
  return text
    .replaceAll('[.]', '.')
    .replaceAll('[:]', ':')
    .replaceAll('[@]', '@')
    .replace(DEFANGED_LINK, (scheme) => scheme.replaceAll('x', 't').replaceAll('X', 'T'));
}
