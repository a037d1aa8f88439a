import { byteAt } from '../../base/atIndex.ts';
import { CHARSETS, misreadingsOf, normaliseRulesOf } from '../../base/textView.ts';
import type { Charset, TextView } from '../../base/textView.ts';
import { readClixml } from '../decode/clixml.ts';
import { normalise } from '../compare/normalise.ts';
import { isDoubleBytePage, NONE, tablesOf } from '../readings/doubleBytePages.ts';
import { isSingleBytePage, upperHalfOf } from '../readings/singleBytePages.ts';
import type { DoubleBytePage } from '../readings/doubleBytePages.ts';
import type { SingleBytePage } from '../readings/singleBytePages.ts';
import { readUtf16, undoMisreading } from '../readings/undoMisreading.ts';
import { fromUnits, sequenceLength, toUnits, unitAt, writeSequence } from '../text/units.ts';
import { readAsTerminal } from './terminalView.ts';

/** A code page by which the bytes of a file can be read. */
export type CodePage = SingleBytePage | DoubleBytePage;

/** The code pages, in the order in which they are tried. */
export const CODE_PAGES: readonly CodePage[] = CHARSETS.filter(
  (name) => isSingleBytePage(name) || isDoubleBytePage(name),
);

/** Returns the code page of a view, or undefined if the view is not a code page. */
export function codePageOf(view: TextView): CodePage | undefined {
  return isSingleBytePage(view) || isDoubleBytePage(view) ? view : undefined;
}

/**
 * For each named view, the encoding by which the text was wrongly read. A text in an OEM page was read by the Windows
 * page for the same languages. For a text in a Windows page it is the reverse. Addresses in notes contain the names of
 * the views, so this table never changes.
 */
const READ_AS: Readonly<Record<CodePage | 'utf8', Charset>> = {
  utf8: 'windows1252',
  cp437: 'windows1252',
  cp850: 'windows1252',
  cp852: 'windows1250',
  cp857: 'windows1252',
  cp866: 'windows1251',
  cp932: 'windows1252',
  cp936: 'windows1252',
  windows1250: 'cp852',
  windows1251: 'cp866',
  windows1252: 'cp850',
  windows1254: 'cp857',
};

/**
 * Returns a view of a text. The function is pure: the same text always gives the same view, so a quotation from it can
 * be cut again.
 *
 * @param text - the decoded text. For a file with bytes that are not UTF-8, and a code page, see {@link
 * readWithCodePage}
 */
export function viewText(text: string, view: TextView, hostNames: readonly string[]): string {
  const page = view === 'utf8' ? view : codePageOf(view);
  if (page !== undefined) return undoMisreading(text, { written: page, readAs: READ_AS[page] });
  if (view === 'utf16') return readUtf16(text);
  if (view === 'clixml') return readClixml(text);
  if (view === 'terminal') return readAsTerminal(text).text;
  const rules = normaliseRulesOf(view);
  if (rules !== undefined) return normalise(text, rules, hostNames);
  return (misreadingsOf(view) ?? []).reduce(undoMisreading, text);
}

/**
 * Reads the bytes of a file that are not valid UTF-8 by a code page. Reads all other bytes as UTF-8. Such a file
 * contains a tool's unchanged bytes, and text that was encoded correctly. A byte that the page lacks becomes U+FFFD.
 */
export function readWithCodePage(bytes: Uint8Array, page: CodePage): string {
  const readOne = isSingleBytePage(page) ? singleReader(page) : doubleReader(page);
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const width = sequenceLength(bytes, at);
    if (width > 0) {
      length = writeSequence(bytes, at, width, units, length);
      at += width;
    } else {
      const [unit, taken] = readOne(bytes, at);
      units[length++] = unit;
      at += taken;
    }
  }
  return fromUnits(units, length);
}

type Reader = (bytes: Uint8Array, at: number) => readonly [unit: number, taken: number];

function singleReader(page: SingleBytePage): Reader {
  const characters = toUnits(upperHalfOf(page));
  return (bytes, at) => [unitAt(characters, byteAt(bytes, at) - 0x80), 1];
}

const LOST = [0xfffd, 1] as const;
const BACKSLASH = 0x5c;

function doubleReader(page: DoubleBytePage): Reader {
  const { singles, pairs } = tablesOf(page);
  return (bytes, at) => {
    const [first = 0, second = 0, third = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    const single = unitAt(singles, first);
    if (single !== NONE) return [single, 1];
    const pair = unitAt(pairs, first * 256 + second);
    if (pair === NONE) return LOST;
    // The program that wrote the JSON read the second byte as a backslash, and escaped it.
    return [pair, second === BACKSLASH && third === BACKSLASH ? 3 : 2];
  };
}
