import { gunzipSync } from 'node:zlib';
import type { CodePage } from '../evidence/views/codePages.ts';
import { decodeResult } from '../evidence/decode/decode.ts';
import { readWithCodePage, viewText } from '../evidence/views/textViews.ts';
import type { TextView } from '../base/resultUri.ts';
import { DividedText } from '../evidence/text/dividedText.ts';
import type { AskedView } from './analysisCalls.ts';
import { unpack } from './packed.ts';

/** What a view is made from, as the store has it. */
export type ViewSource =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly view: TextView;
      /** The names of its device, which a normalised view leaves out. */
      readonly hostNames: readonly string[];
    }
  /** A file that holds bytes of a code page still has them: they are read before they become U+FFFD. */
  | {
      readonly kind: 'file';
      readonly bytes: Uint8Array;
      readonly page: CodePage;
      readonly stream: 'output' | 'errors';
      /** Bytes of the file behind gzip; undefined: it is not packed. */
      readonly unpackedSize: number | undefined;
    };

/** Texts in another reading. The one that was asked for last is kept: its parts are read one by one. */
export class ViewTexts {
  #latest: { readonly key: string; readonly divided: DividedText } | undefined;

  holds(key: string): boolean {
    return this.#latest?.key === key;
  }

  /** Gets a view. @throws Error where it is not held, and nothing came that it could be made from */
  find({ key, source }: AskedView): DividedText {
    if (this.#latest?.key === key) return this.#latest.divided;
    if (source === undefined) throw new Error('The view is not held.');
    // The one before is not needed any more, and both may be large.
    this.#latest = undefined;
    // Written by the store's thread: see packHandlers.ts.
    const divided = new DividedText(makeView(unpack(source) as ViewSource));
    this.#latest = { key, divided };
    return divided;
  }
}

function makeView(source: ViewSource): string {
  if (source.kind === 'text') return viewText(source.text, source.view, source.hostNames);
  const { bytes, page, stream, unpackedSize } = source;
  const plain = unpackedSize === undefined ? bytes : gunzipSync(bytes, { maxOutputLength: unpackedSize });
  const text = decodeResult(new TextEncoder().encode(readWithCodePage(plain, page))).transcript?.[stream];
  // No byte that is read anew is one that JSON knows, so this is the same file.
  if (text === undefined) throw new Error('The file is no result any more.');
  return text;
}
