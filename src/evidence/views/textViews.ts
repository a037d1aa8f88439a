import { CODE_PAGES } from './codePages.ts';
import type { CodePage } from './codePages.ts';
import { readClixml } from '../decode/clixml.ts';
import { joinCutLines } from './cutUtf16.ts';
import { normalise, usualRules } from '../compare/normalise.ts';
import { readAsTerminal } from './terminalView.ts';
import { fromUnits, sequenceLength, toUnits, writeSequence } from '../text/units.ts';
import type { TextView } from '../../base/resultUri.ts';

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
  terminal: 'a terminal shows it',
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
  if (view === 'utf16') return joinUtf16(joinCutLines(text));
  if (view === 'clixml') return readClixml(text);
  if (view === 'terminal') return readAsTerminal(text).text;
  return normalise(text, usualRules, hostNames);
}

/**
 * Reads the bytes of a file that are no valid UTF-8 by a code page, and leaves the others as they are: a tool's bytes
 * went into the file unchanged, beside text that was written properly.
 */
export function readWithCodePage(bytes: Uint8Array, page: CodePage): string {
  const table = toUnits(CODE_PAGES[page]);
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const width = sequenceLength(bytes, at);
    if (width === 0) units[length++] = table[byte - 0x80] ?? 0;
    else length = writeSequence(bytes, at, width, units, length);
    at += Math.max(1, width);
  }
  return fromUnits(units, length);
}

/**
 * Mojibake: a tool wrote in `page`, and what captured it read the bytes by another page. Which one the text does not
 * say: an OEM page is taken for read as Windows-1252, a Windows page for read as the OEM page of its languages.
 */
function showAsCodePage(text: string, page: CodePage): string {
  const readAs: CodePage = page === 'windows1252' ? 'cp850' : page === 'windows1254' ? 'cp857' : 'windows1252';
  const source = CODE_PAGES[readAs];
  const target = CODE_PAGES[page];
  const byUnit = new Uint16Array(0x10000);
  for (let unit = 0; unit < byUnit.length; unit++) byUnit[unit] = unit;
  for (let byte = 0; byte < 128; byte++) byUnit[source.charCodeAt(byte)] = target.charCodeAt(byte);
  const units = toUnits(text);
  for (let at = 0; at < units.length; at++) units[at] = byUnit[units[at] ?? 0] ?? 0;
  return fromUnits(units, units.length);
}

/** UTF-8 that was read as Windows-1252: what makes whole characters again is put together, all else stays. */
function readAgainAsUtf8(text: string): string {
  const byteOf = new Uint8Array(0x10000).fill(NO_BYTE, 0x80);
  for (const [at, unit] of toUnits(CODE_PAGES.windows1252).entries()) byteOf[unit] = 0x80 + at;
  const units = toUnits(text);
  const bytes = new Uint8Array(units.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = byteOf[units[at] ?? 0] ?? NO_BYTE;
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const width = sequenceLength(bytes, at);
    // It is written over what was read: never behind the place that is read next.
    if (width > 1) length = writeSequence(bytes, at, width, units, length);
    else units[length++] = units[at] ?? 0;
    at += Math.max(1, width);
  }
  return fromUnits(units, length);
}

/** No sequence of UTF-8 holds it. */
const NO_BYTE = 0xff;

/** Tools that write UTF-16 into a captured console leave a NUL behind every letter. */
function joinUtf16(text: string): string {
  const first = text.indexOf('\0');
  if (first < 0) return text;
  const units = toUnits(text);
  const codeAt = (at: number): number => units[at] ?? NaN;
  const isPair = (at: number): boolean => codeAt(at) > 0 && codeAt(at + 1) === 0;
  // A letter above U+00FF, between others that show that this is UTF-16.
  const isWide = (at: number): boolean => {
    const high = codeAt(at + 1);
    return codeAt(at) > 0 && high > 0 && high <= MAX_HIGH_BYTE && isPair(at + 2);
  };
  const joined = new Uint16Array(units.length);
  let length = 0;
  const copy = (from: number, to: number): void => {
    joined.set(units.subarray(from, to), length);
    length += to - from;
  };
  let from = 0;
  for (let at = first - 1; at < units.length - 1;) {
    // Two letters at least: one NUL can be anything.
    if (!isPair(at) || !(isPair(at + 2) || isWide(at + 2))) {
      const next = units.indexOf(0, at + 2);
      if (next < 0) break;
      at = next - 1;
      continue;
    }
    copy(from, at);
    for (; isPair(at) || isWide(at); at += 2) {
      const low = codeAt(at);
      // What was no byte any more when it came here stays what it is.
      joined[length++] = low > 0xff ? low : low + 256 * codeAt(at + 1);
    }
    from = at;
    const next = units.indexOf(0, at);
    if (next < 0) break;
    at = Math.max(at, next - 1);
  }
  copy(from, units.length);
  return fromUnits(joined, length);
}

/** Up to Devanagari: above stand the scripts whose letters have no letter's low byte. */
const MAX_HIGH_BYTE = 8;
