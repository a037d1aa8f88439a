import { CODE_PAGES } from './codePages.ts';
import type { CodePage } from './codePages.ts';
import { readClixml } from './clixml.ts';
import { decodeText } from './encoding.ts';
import { normalise, usualRules } from './normalise.ts';
import type { TextView } from './uri.ts';

/** What a view is called in a tab and in a note, English for good: notes are read by it. */
const VIEW_WORDS: Readonly<Record<TextView, string>> = {
  utf8: 'UTF-8',
  utf16: 'UTF-16',
  cp437: 'CP437',
  cp850: 'CP850',
  cp857: 'CP857',
  windows1252: 'Windows-1252',
  windows1254: 'Windows-1254',
  clixml: 'readable CLIXML',
  normalised: 'normalised',
};

/** `as CP850`, `normalised`: how a text is shown that is not shown as it was received. */
export function describeView(view: TextView): string {
  return view === 'normalised' ? 'normalised' : `as ${VIEW_WORDS[view]}`;
}

/** The code page of a view that is one. */
export function codePageOf(view: TextView): CodePage | undefined {
  return view in CODE_PAGES ? (view as CodePage) : undefined;
}

/**
 * Reads a text in another way. Pure: the same text always gives the same view, so a quotation can be cut again.
 *
 * @param text - as decoded; for a code page of a file with bytes that are no UTF-8 see {@link readWithCodePage}
 */
export function viewText(text: string, view: TextView, hostNames: readonly string[]): string {
  const page = codePageOf(view);
  if (page !== undefined) return showAsCodePage(text, page);
  if (view === 'utf8') return readAgainAsUtf8(text);
  if (view === 'utf16') return joinUtf16(text);
  if (view === 'clixml') return readClixml(text);
  return normalise(text, usualRules, hostNames);
}

/**
 * Reads the bytes of a file that are no valid UTF-8 by a code page, and leaves the others as they are: a tool's bytes
 * went into the file unchanged, beside text that was written properly.
 */
export function readWithCodePage(bytes: Uint8Array, page: CodePage): string {
  const table = CODE_PAGES[page];
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(decodeText(bytes.subarray(from, at), 'utf-8'), table.charAt((bytes[at] ?? 0) - 0x80));
    at++;
    from = at;
  }
  parts.push(decodeText(bytes.subarray(from), 'utf-8'));
  return parts.join('');
}

/** The length of the valid UTF-8 sequence at a place; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (first < 0xc2 || length === 0) return 0;
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next] ?? 0;
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  const isTooLong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const isNoCharacter = (first === 0xed && second > 0x9f) || (first === 0xf4 && second > 0x8f);
  return isTooLong || isNoCharacter ? 0 : length;
}

/**
 * Mojibake: a tool wrote in `page`, and what captured it read the bytes by another page. Which one the text does not
 * say: an OEM page is taken for read as Windows-1252, a Windows page for read as the OEM page of its languages.
 */
function showAsCodePage(text: string, page: CodePage): string {
  const readAs: CodePage = page === 'windows1252' ? 'cp850' : page === 'windows1254' ? 'cp857' : 'windows1252';
  const source = CODE_PAGES[readAs];
  const target = CODE_PAGES[page];
  const byUnit = new Map<string, string>();
  for (let byte = 0; byte < 128; byte++) byUnit.set(source.charAt(byte), target.charAt(byte));
  return text.replace(/[\u0080-\uffff]/g, (unit) => byUnit.get(unit) ?? unit);
}

/** UTF-8 that was read as Windows-1252: what makes whole characters again is put together, all else stays. */
function readAgainAsUtf8(text: string): string {
  const table = CODE_PAGES.windows1252;
  const byteOf = new Map(Array.from(table, (unit, at) => [unit, 0x80 + at]));
  return text.replace(/[\u0080-\uffff]{2,}/g, (run) => {
    const bytes = Uint8Array.from({ length: run.length }, (_, at) => byteOf.get(run.charAt(at)) ?? 0xff);
    let joined = '';
    for (let at = 0; at < bytes.length;) {
      const length = Math.max(1, sequenceLength(bytes, at));
      joined += length === 1 ? run.charAt(at) : decodeText(bytes.subarray(at, at + length), 'utf-8');
      at += length;
    }
    return joined;
  });
}

/** Tools that write UTF-16 into a captured console leave a NUL behind every letter. */
function joinUtf16(text: string): string {
  const isPair = (at: number): boolean => text.charCodeAt(at) > 0 && text.charCodeAt(at + 1) === 0;
  // A letter above U+00FF, between others that show that this is UTF-16.
  const isWide = (at: number): boolean => {
    const high = text.charCodeAt(at + 1);
    return text.charCodeAt(at) > 0 && high > 0 && high <= MAX_HIGH_BYTE && isPair(at + 2);
  };
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('\0') - 1; at >= -1 && at < text.length - 1;) {
    // Two letters at least: one NUL can be anything.
    if (!isPair(at) || !(isPair(at + 2) || isWide(at + 2))) {
      const next = text.indexOf('\0', at + 2);
      if (next < 0) break;
      at = next - 1;
      continue;
    }
    parts.push(text.slice(from, at));
    for (; isPair(at) || isWide(at); at += 2) {
      const low = text.charCodeAt(at);
      // What was no byte any more when it came here stays what it is.
      parts.push(low > 0xff ? text.charAt(at) : String.fromCharCode(low + 256 * text.charCodeAt(at + 1)));
    }
    from = at;
    const next = text.indexOf('\0', at);
    if (next < 0) break;
    at = Math.max(at, next - 1);
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** Up to Devanagari: above stand the scripts whose letters have no letter's low byte. */
const MAX_HIGH_BYTE = 8;
