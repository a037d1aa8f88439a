import { gunzipSync } from 'node:zlib';
import type { CodePage } from '../evidence/views/textViews.ts';
import { decodeResult } from '../evidence/decode/decode.ts';
import { suggestPages, suggestReadings } from '../evidence/readings/suggestReadings.ts';
import type { Suggestion } from '../evidence/readings/suggestReadings.ts';
import { CODE_PAGES, readWithCodePage, viewText } from '../evidence/views/textViews.ts';
import { sequenceLength } from '../evidence/text/units.ts';
import type { TextView } from '../base/textView.ts';
import { DividedText } from '../evidence/text/dividedText.ts';
import type { AskedView } from './analysisCalls.ts';
import { unpack } from './packed.ts';

/** The source of a view, as the store provides it. */
export type ViewSource =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly view: TextView;
      /** The names of the result's device. A normalized view leaves them out. */
      readonly hostNames: readonly string[];
    }
  /**
   * The bytes of a file, for a view by a code page. In the decoded text, bytes that are not UTF-8 are already U+FFFD.
   */
  | {
      readonly kind: 'file';
      readonly bytes: Uint8Array;
      readonly page: CodePage;
      readonly stream: 'output' | 'errors';
      /** Size of the file after gzip is unpacked, in bytes; undefined if the file is not packed. */
      readonly unpackedSize: number | undefined;
    };

/** Views of texts. Keeps the view that was requested last, because its parts are requested one by one. */
export class ViewTexts {
  #latest: { readonly key: string; readonly divided: DividedText } | undefined;

  holds(key: string): boolean {
    return this.#latest?.key === key;
  }

  /** Gets a view. @throws Error if the view is not kept, and the request contains no source to create it from */
  find({ key, source }: AskedView): DividedText {
    if (this.#latest?.key === key) return this.#latest.divided;
    if (source === undefined) throw new Error('The view is not held.');
    // The previous view is not needed any more. It is dropped first, because both views may be large.
    this.#latest = undefined;
    // The store's thread packed the source: see packHandlers.ts.
    const divided = new DividedText(makeView(unpack(source) as ViewSource));
    this.#latest = { key, divided };
    return divided;
  }
}

function makeView(source: ViewSource): string {
  if (source.kind === 'text') return viewText(source.text, source.view, source.hostNames);
  const { page, stream } = source;
  const text = decodeResult(new TextEncoder().encode(readWithCodePage(plainBytes(source), page))).transcript?.[stream];
  // JSON's syntax is ASCII, and every code page reads ASCII bytes in the same way. So a result stays a result when a
  // code page reads it, and this error should never occur.
  if (text === undefined) throw new Error('The file is no result any more.');
  return text;
}

function plainBytes({ bytes, unpackedSize }: ViewSource & { readonly kind: 'file' }): Uint8Array {
  return unpackedSize === undefined ? bytes : gunzipSync(bytes, { maxOutputLength: unpackedSize });
}

/**
 * Size of the sample around the first byte that is not UTF-8, in bytes. It is large enough to distinguish code pages.
 */
const SAMPLE_BYTES = 4096;

/**
 * Suggests readings for a text, or code pages for a file that contains bytes of a code page. The most likely suggestion
 * is first.
 */
export function suggestFor(source: ViewSource, most: number): readonly Suggestion[] {
  if (source.kind === 'text') return suggestReadings(source.text, most);
  const plain = plainBytes(source);
  let first = 0;
  for (let width = 1; width > 0 && first < plain.length;) {
    width = sequenceLength(plain, first);
    first += width;
  }
  const lineStart = plain.subarray(0, first).lastIndexOf(LINE_FEED) + 1;
  const sample = plain.subarray(Math.max(lineStart, first - SAMPLE_BYTES / 2)).subarray(0, SAMPLE_BYTES);
  return suggestPages(CODE_PAGES, (page) => readWithCodePage(sample, page), most);
}

const LINE_FEED = 0x0a;
